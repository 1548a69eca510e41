using Kairship.Simulator.Objects;

namespace Kairship.Simulator.State;

/// <summary>What a journal holds.</summary>
/// <param name="Length">Bytes up to the end of the last whole record; what is behind was being written when the process ended.</param>
/// <param name="SnapshotLength">Bytes that a snapshot of the objects would take, about.</param>
internal sealed record JournalContent(IReadOnlyDictionary<ObjectKey, byte[]> Objects, long Revision, long Length, long SnapshotLength)
{
    private const int RecordOverhead = 96;

    /// <exception cref="SimulatorStateException">The file is of another format, or damaged before its end.</exception>
    public static JournalContent Read(string path)
    {
        ReadOnlySpan<byte> bytes = File.ReadAllBytes(path);
        var revision = CheckHeader(path, bytes, out var at);
        var objects = new Dictionary<ObjectKey, byte[]>();
        while (JournalRecords.Payload(bytes[at..]) is { } length)
        {
            var record = JournalRecords.Read(bytes.Slice(at + JournalRecords.Head, length));
            revision = record.Revision;
            if (record.Text is null)
            {
                objects.Remove(record.Key);
            }
            else
            {
                objects[record.Key] = record.Text;
            }

            at += JournalRecords.Head + length;
        }

        CheckTail(path, bytes, at);
        return new JournalContent(objects, revision, at, objects.Values.Sum(o => (long)o.Length + RecordOverhead));
    }

    private static long CheckHeader(string path, ReadOnlySpan<byte> bytes, out int end)
    {
        if (JournalRecords.Payload(bytes) is not { } length || JournalRecords.ReadHeader(bytes.Slice(JournalRecords.Head, length)) is not var (format, revision))
        {
            throw new SimulatorStateException($"{path} is no journal of a simulated cluster. Remove the folder {Path.GetDirectoryName(path)} to start that cluster afresh.");
        }

        if (format != JournalRecords.Format)
        {
            throw new SimulatorStateException($"{path} has format {format}, this version reads {JournalRecords.Format}. Use the version that wrote it, or another folder.");
        }

        end = JournalRecords.Head + length;
        return revision;
    }

    // A record that is torn is the last one: nothing sound comes behind it. Where a file system left zeros in the place of what was being written, all from there on was.
    private static void CheckTail(string path, ReadOnlySpan<byte> bytes, int at)
    {
        if (bytes.Length - at < JournalRecords.Head || !bytes.Slice(at, JournalRecords.Head).ContainsAnyExcept((byte)0))
        {
            return;
        }

        // Not only where this record says that it ends: its length may be what is damaged.
        var from = at + 1;
        while (bytes[from..].IndexOf(JournalRecords.Start) is >= 0 and var found)
        {
            var next = from + found - JournalRecords.Head;
            if (next > at && JournalRecords.Payload(bytes[next..]) is not null)
            {
                throw new SimulatorStateException(
                    $"{path} is damaged at byte {at}, and sound records follow. Remove the folder {Path.GetDirectoryName(path)} to start that cluster afresh.");
            }

            from += found + 1;
        }
    }
}
