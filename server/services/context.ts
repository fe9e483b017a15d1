/** What services work with; filled in by the server at start. */
export interface ServiceContext {
  readonly publicUrl: string;
}
