import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';

/** Lets moderators through: whoever knows the password. */
@Injectable()
export class ModeratorGuard implements CanActivate {
  private readonly password = process.env['MODERATOR_PASSWORD'] ?? 'please';

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    return request.get('x-moderator-password') === this.password;
  }
}
