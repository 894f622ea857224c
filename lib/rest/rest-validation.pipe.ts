import { Injectable, type PipeTransform } from '@nestjs/common';
import { type ValidationError, validateSync } from 'class-validator';
import { OperationParameters } from './dto/operation-parameters.js';
import { failureText } from './dto/rules.js';
import { InvalidParameters, type ParameterFailure } from './rest.errors.js';

/** Checks the parameters of an operation by the rules on their class. */
@Injectable()
export class RestValidationPipe implements PipeTransform {
  // Requests with the same target share their parameters: checked once is enough.
  readonly #valid = new WeakSet<OperationParameters>();

  transform(value: unknown): unknown {
    if (!(value instanceof OperationParameters) || this.#valid.has(value)) return value;
    const order = Object.keys(value);
    const [first, ...rest] = validateSync(value)
      .toSorted((a, b) => order.indexOf(a.property) - order.indexOf(b.property))
      .flatMap(failuresOf);
    if (first) throw new InvalidParameters([first, ...rest]);
    this.#valid.add(value);
    return value;
  }
}

function failuresOf(error: ValidationError): ParameterFailure[] {
  const [first, ...rest] = Object.values(error.constraints ?? {}).map((text) =>
    failureText(text, error.value),
  );
  const own: ParameterFailure[] =
    first === undefined ? [] : [{ target: error.property, messages: [first, ...rest] }];
  return [...own, ...(error.children ?? []).flatMap(failuresOf)];
}
