/** Where the engine reports what an operator should know. Texts never contain tokens or payloads. */
export interface Diagnostics {
  debug(message: string): void;
  warn(message: string): void;
  error(message: string, cause?: unknown): void;
}
