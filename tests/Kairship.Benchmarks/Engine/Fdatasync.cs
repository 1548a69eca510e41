using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Kairship.Benchmarks.Engine;

/// <summary>What the disk gives: appends of 4 KB, each followed by fdatasync(2), as a write-ahead log does it. Fsync where there is no fdatasync.</summary>
internal sealed partial class Fdatasync : IDisposable
{
    private readonly byte[] block = new byte[4096];
    private readonly string path;
    private readonly SafeFileHandle file;
    private long length;

    public Fdatasync(string folder)
    {
        path = Path.Combine(folder, $"kairship-fdatasync-{Environment.ProcessId}");
        file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
    }

    public static string Call => OperatingSystem.IsLinux() ? "fdatasync" : "fsync";

    /// <summary>Milliseconds of one append with its sync.</summary>
    public double Once()
    {
        var start = Stopwatch.GetTimestamp();
        RandomAccess.Write(file, block, length);
        length += block.Length;
        if (!OperatingSystem.IsLinux())
        {
            RandomAccess.FlushToDisk(file);
        }
        else if (Sync(file) != 0)
        {
            throw new IOException($"fdatasync failed: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    public double PerSecond(TimeSpan duration)
    {
        var start = Stopwatch.GetTimestamp();
        var count = 0;
        while (Stopwatch.GetElapsedTime(start) < duration)
        {
            Once();
            count++;
        }

        return count / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public void Dispose()
    {
        file.Dispose();
        File.Delete(path);
    }

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int Sync(SafeFileHandle file);
}
