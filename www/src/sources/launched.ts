/** What Chromium tells an installed page that was chosen to open files. */
interface LaunchQueue {
  setConsumer(consumer: (launch: { readonly files?: readonly FileSystemFileHandle[] }) => void): void;
}

/** Calls back with the file that the installed page was started with, and with each that it is given later. */
export function onLaunch(opened: (file: () => Promise<File>, name: string) => void): void {
  const { launchQueue } = globalThis as { launchQueue?: LaunchQueue };
  launchQueue?.setConsumer(({ files = [] }) => {
    const [file] = files;
    if (file) opened(() => file.getFile(), file.name);
  });
}
