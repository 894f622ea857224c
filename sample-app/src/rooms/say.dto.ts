import { IsString, Length } from 'class-validator';

/** What somebody says over HTTP. */
export class SayDto {
  @IsString()
  @Length(1, 40)
  name!: string;

  @IsString()
  @Length(1, 2000)
  text!: string;
}
