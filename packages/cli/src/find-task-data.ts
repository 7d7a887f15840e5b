import { taskDownload } from "@bort/data";
import { downloadDataset } from "@bort/hub";
import { type FindModelContext, downloadProgress } from "./find-model.js";

/**
 * The folder of a task's files: `data`, or without it the cache, into which they are downloaded from Hugging Face's hub with a bar for each.
 *
 * @throws DataError `data/unknown-task`; HubError; the signal's reason
 */
export async function findTaskData(task: string, data: string | undefined, { quiet }: { readonly quiet: boolean }, { terminal, signal }: FindModelContext): Promise<string> {
  if (data !== undefined) return data;
  const { repository, revision, files } = taskDownload(task);
  const show = downloadProgress(terminal, quiet);
  const download = downloadDataset(`${repository}@${revision}`, files, { signal });
  for (;;) {
    const next = await download.next();
    if (next.done === true) return next.value;
    show(next.value);
  }
}
