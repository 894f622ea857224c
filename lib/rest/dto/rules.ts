import { ValidateBy, type ValidationArguments, type ValidationOptions } from 'class-validator';
import { filterProblem } from '../../drivers/operations/filter.check.js';
import { isConnectionId, isGroupName, isHubName, isUserId } from '../../engine/names.js';

type Rule = (options?: ValidationOptions) => PropertyDecorator;

/**
 * What {@link failureText} puts into the text of a failure. class-validator has placeholders too, but
 * would also replace those that a value contains.
 */
const VALUE_PLACEHOLDER = '{value}';
const FILTER_PROBLEM = '{filter problem}';

const NOT_VALID = `The value '${VALUE_PLACEHOLDER}' is not valid.`;
const MAX_CONTINUATION_TOKEN_LENGTH = 2048;

/** The text of a failure as the caller gets it. */
export function failureText(template: string, value: unknown): string {
  if (template === FILTER_PROBLEM) return filterProblem(String(value)) ?? '';
  return template.replace(VALUE_PLACEHOLDER, () => String(value));
}

export const IsHub = nameRule('isHub', 'Invalid hub name.', isHubName);
export const IsGroup = nameRule('isGroup', 'Invalid group name.', isGroupName);
export const IsConnection = nameRule('isConnection', 'Invalid connection ID.', isConnectionId);
export const IsUser = nameRule('isUser', 'Invalid user ID.', isUserId);

/** A filter that can be evaluated; the empty one is none, and right (rest.md 9.4). */
export function IsFilter(): PropertyDecorator {
  return rule(
    'isFilter',
    (value) => filterProblem(value) === undefined,
    () => FILTER_PROBLEM,
  );
}

/** A value that `accepts` takes. */
export function IsAccepted(accepts: (value: string) => boolean): PropertyDecorator {
  return rule('isAccepted', accepts, () => NOT_VALID);
}

/** A whole number in range; absent and empty are as good as the default. */
export function IsOptionalInteger(min: number, max: number): PropertyDecorator {
  return rule(
    'isOptionalInteger',
    (value) => value === '' || isIntegerIn(value, min, max),
    (value, name) => (isInteger(value) ? `Invalid ${name}.` : NOT_VALID),
  );
}

/** All values of a parameter that is given at most once, and then is a whole number in range. */
export function IsCount(min: number, max: number): PropertyDecorator {
  return singleRule(
    'isCount',
    (value) => isIntegerIn(value, min, max),
    (values, name) => (values.every(isInteger) ? `Invalid ${name}.` : NOT_VALID),
  );
}

/** All values of a parameter that is given at most once, and then says where a list goes on. */
export function IsContinuationToken(): PropertyDecorator {
  return singleRule(
    'isContinuationToken',
    (value) => value.trim() !== '' && value.length <= MAX_CONTINUATION_TOKEN_LENGTH,
    (_, name) => `Invalid ${name}.`,
  );
}

function nameRule(name: string, message: string, test: (value: string) => boolean): Rule {
  return (options) => rule(name, test, () => message, options);
}

function rule(
  name: string,
  test: (value: string) => boolean,
  messageFor: (value: string, property: string) => string,
  options?: ValidationOptions,
): PropertyDecorator {
  const validator = {
    validate: (value: string) => test(value),
    defaultMessage: (args?: ValidationArguments) =>
      messageFor(String(args?.value), args?.property ?? ''),
  };
  return ValidateBy({ name, validator }, options);
}

function singleRule(
  name: string,
  test: (value: string) => boolean,
  messageFor: (values: readonly string[], property: string) => string,
): PropertyDecorator {
  const validator = {
    validate: (values: readonly string[]) => values.length <= 1 && values.every(test),
    defaultMessage: (args?: ValidationArguments) =>
      messageFor((args?.value ?? []) as readonly string[], args?.property ?? ''),
  };
  return ValidateBy({ name, validator });
}

function isIntegerIn(value: string, min: number, max: number): boolean {
  return isInteger(value) && Number(value) >= min && Number(value) <= max;
}

function isInteger(value: string): boolean {
  return /^-?\d+$/.test(value);
}
