using System.Buffers;
using Kairship.Simulator.Objects;
using Microsoft.Win32.SafeHandles;

namespace Kairship.Simulator.State;

/// <summary>
/// The objects of one cluster on disk: a snapshot and after it every change, in one file. A change is handed to the operating system before anybody
/// hears of it, so that it outlives the process however that ends; the disk itself is only waited for when the file is written anew and at the end, so that a power
/// failure may cost the last seconds. The file is written anew when changes make up most of it, into a new file that takes the old one's place. Not thread-safe.
/// </summary>
internal sealed class Journal : IDisposable
{
    /// <summary>Bytes of changes that are never worth a new file.</summary>
    private const long Slack = 256 * 1024;
    private const int Chunk = 1 << 20;

    private readonly string _path;
    private readonly ArrayBufferWriter<byte> _buffer = new(1024);
    private SafeFileHandle _file;
    private long _length;
    private long _snapshot;

    private Journal(string path, SafeFileHandle file, long length, long snapshot) => (_path, _file, _length, _snapshot) = (path, file, length, snapshot);

    /// <summary>Whether it is time to write the file anew: at most twice the snapshot and a little more are ever on disk.</summary>
    public bool IsLong => _length > (2 * _snapshot) + Slack;

    public long Length => _length;

    public static Journal Create(string path, IEnumerable<(ObjectKey Key, byte[] Text)> objects, long revision)
    {
        var (file, length) = WriteSnapshot(path, objects, revision, wait: false);
        return new Journal(path, file, length, length);
    }

    /// <summary>Reads a journal and goes on after its last whole record.</summary>
    /// <exception cref="SimulatorStateException">The file is of another format, or damaged before its end.</exception>
    public static (Journal Journal, IReadOnlyDictionary<ObjectKey, byte[]> Objects, long Revision) Open(string path)
    {
        var content = JournalContent.Read(path);
        var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.Read);
        RandomAccess.SetLength(file, content.Length);
        return (new Journal(path, file, content.Length, content.SnapshotLength), content.Objects, content.Revision);
    }

    public void Append(ObjectKey key, byte[]? text, long revision)
    {
        _buffer.ResetWrittenCount();
        JournalRecords.Write(_buffer, new JournalRecord(key, text, revision));
        RandomAccess.Write(_file, _buffer.WrittenSpan, _length);
        _length += _buffer.WrittenCount;
    }

    /// <summary>Writes the file anew with these objects only.</summary>
    public void Compact(IEnumerable<(ObjectKey Key, byte[] Text)> objects, long revision)
    {
        var (file, length) = WriteSnapshot(_path, objects, revision, wait: true);
        _file.Dispose();
        (_file, _length, _snapshot) = (file, length, length);
    }

    public void Dispose()
    {
        if (!_file.IsClosed)
        {
            RandomAccess.FlushToDisk(_file);
            _file.Dispose();
        }
    }

    private static (SafeFileHandle File, long Length) WriteSnapshot(string path, IEnumerable<(ObjectKey Key, byte[] Text)> objects, long revision, bool wait)
    {
        var fresh = path + ".new";
        File.Delete(fresh);
        var file = File.OpenHandle(fresh, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        try
        {
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            var length = WriteAll(file, objects, revision);
            if (wait)
            {
                RandomAccess.FlushToDisk(file);
            }

            File.Move(fresh, path, overwrite: true);
            return (file, length);
        }
        catch
        {
            // Half of it must not take the room that the next changes need.
            file.Dispose();
            File.Delete(fresh);
            throw;
        }
    }

    private static long WriteAll(SafeFileHandle file, IEnumerable<(ObjectKey Key, byte[] Text)> objects, long revision)
    {
        var buffer = new ArrayBufferWriter<byte>(Chunk / 4);
        var length = 0L;
        JournalRecords.WriteHeader(buffer, revision);
        foreach (var (key, text) in objects)
        {
            JournalRecords.Write(buffer, new JournalRecord(key, text, revision));
            if (buffer.WrittenCount >= Chunk)
            {
                Flush();
            }
        }

        Flush();
        return length;

        void Flush()
        {
            RandomAccess.Write(file, buffer.WrittenSpan, length);
            length += buffer.WrittenCount;
            buffer.ResetWrittenCount();
        }
    }
}
