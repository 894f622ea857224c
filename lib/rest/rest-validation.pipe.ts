import { Injectable, type PipeTransform } from '@nestjs/common';
import { type ValidationError, validateSync } from 'class-validator';
import { OperationParameters } from './dto/operation-parameters.js';
import { InvalidParameters, type ParameterFailure } from './rest.errors.js';

/** Checks the parameters of an operation by the rules on their class. */
@Injectable()
export class RestValidationPipe implements PipeTransform {
  transform(value: unknown): unknown {
    if (!(value instanceof OperationParameters)) return value;
    const order = Object.keys(value);
    const [first, ...rest] = validateSync(value)
      .toSorted((a, b) => order.indexOf(a.property) - order.indexOf(b.property))
      .flatMap(failuresOf);
    if (first) throw new InvalidParameters([first, ...rest]);
    return value;
  }
}

function failuresOf({ property, constraints, children }: ValidationError): ParameterFailure[] {
  const [first, ...rest] = Object.values(constraints ?? {});
  const own =
    first === undefined ? [] : [{ target: property, messages: [first, ...rest] as const }];
  return [...own, ...(children ?? []).flatMap(failuresOf)];
}
