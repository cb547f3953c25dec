/** One thing that was looked at. `next` is the line to type when it is not as it should be. */
export interface Finding {
  id: string;
  ok: boolean;
  needed: boolean;
  text: string;
  next?: string | undefined;
}
