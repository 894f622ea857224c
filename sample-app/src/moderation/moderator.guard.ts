import type { IncomingMessage } from 'node:http';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';

/** Lets moderators through: whoever knows the password. */
@Injectable()
export class ModeratorGuard implements CanActivate {
  private readonly password = process.env['MODERATOR_PASSWORD'] ?? 'please';

  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<IncomingMessage>();
    return headers['x-moderator-password'] === this.password;
  }
}
