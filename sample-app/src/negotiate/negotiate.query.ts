import { IsString, Length } from 'class-validator';

/** Who wants to chat. */
export class NegotiateQuery {
  @IsString()
  @Length(1, 40)
  name!: string;
}
