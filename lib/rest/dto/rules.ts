import { ValidateBy, type ValidationArguments } from 'class-validator';
import { isConnectionId, isGroupName, isHubName, isUserId } from '../../engine/names.js';

type Rule = () => PropertyDecorator;

/**
 * Where the value goes in the text of a failure. {@link RestValidationPipe} puts it there:
 * class-validator has placeholders too, but would also replace those that a value contains.
 */
export const VALUE_PLACEHOLDER = '{value}';

const NOT_VALID = `The value '${VALUE_PLACEHOLDER}' is not valid.`;

export const IsHub = nameRule('isHub', 'Invalid hub name.', isHubName);
export const IsGroup = nameRule('isGroup', 'Invalid group name.', isGroupName);
export const IsConnection = nameRule('isConnection', 'Invalid connection ID.', isConnectionId);
export const IsUser = nameRule('isUser', 'Invalid user ID.', isUserId);

/**
 * No filter: expressions are not evaluated yet, and a message meant for some must not reach everybody.
 */
export const IsFilter = nameRule('isFilter', 'Filters are not supported.', (text) => text === '');

/** A value that `accepts` takes. */
export function IsAccepted(accepts: (value: string) => boolean): PropertyDecorator {
  return rule('isAccepted', accepts, () => NOT_VALID);
}

/** A whole number in range; absent and empty are as good as the default. */
export function IsOptionalInteger(min: number, max: number): PropertyDecorator {
  return rule(
    'isOptionalInteger',
    (value) => value === '' || (isInteger(value) && Number(value) >= min && Number(value) <= max),
    (value, name) => (isInteger(value) ? `Invalid ${name}.` : NOT_VALID),
  );
}

function nameRule(name: string, message: string, test: (value: string) => boolean): Rule {
  return () => rule(name, test, () => message);
}

function rule(
  name: string,
  test: (value: string) => boolean,
  messageFor: (value: string, property: string) => string,
): PropertyDecorator {
  return ValidateBy({
    name,
    validator: {
      validate: (value: string) => test(value),
      defaultMessage: (args?: ValidationArguments) =>
        messageFor(String(args?.value), args?.property ?? ''),
    },
  });
}

function isInteger(value: string): boolean {
  return /^-?\d+$/.test(value);
}
