import { IsString, Length } from 'class-validator';

/** What a client says. */
export class SayDto {
  @IsString()
  @Length(1, 40)
  text!: string;
}
