import { IsString, Length } from 'class-validator';

/** What a browser says. */
export class RemarkDto {
  @IsString()
  @Length(1, 40)
  room!: string;

  @IsString()
  @Length(1, 2000)
  text!: string;
}
