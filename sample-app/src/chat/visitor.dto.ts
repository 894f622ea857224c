import { IsString, Length } from 'class-validator';

/** Who comes in. */
export class VisitorDto {
  @IsString()
  @Length(1, 40)
  name!: string;
}
