/** A refusal is never a success and never a redirection, whatever its status says. */
export function refusalStatus(status: number): number {
  return Number.isInteger(status) && status >= 400 && status <= 599 ? status : 500;
}
