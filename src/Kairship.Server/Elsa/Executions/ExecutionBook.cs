using Kairship.Workflows.Definitions;
using Kairship.Workflows.Execution;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Elsa.Executions;

/// <summary>What the journal of one instance came to so far; takes it line by line. Not thread-safe.</summary>
internal sealed class ExecutionBook
{
    private readonly List<ExecutionEntry> entries = [];
    private readonly Dictionary<string, int> places = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> texts = new(StringComparer.Ordinal);

    /// <summary>In the order in which they started.</summary>
    public IReadOnlyList<ExecutionEntry> Entries => entries;

    public int Lines { get; private set; }

    public long LastSequence { get; private set; }

    /// <summary>Lines are missing, or executions go on under other names: what looks as if it were under way may be over.</summary>
    public bool IsBroken { get; private set; }

    public void Add(JournalRecord line)
    {
        IsBroken |= line.Event is "JournalTrimmed" or "Migrated";
        if (line is { ExecutionId: { } id, ActivityId: not null })
        {
            line = line with { ExecutionId = One(id), ActivityId = One(line.ActivityId), NodeId = One(line.NodeId), ActivityType = One(line.ActivityType) };
            if (places.TryGetValue(id, out var place))
            {
                entries[place] = ExecutionEntry.After(entries[place], line, Lines);
            }
            else
            {
                places.Add(line.ExecutionId!, entries.Count);
                entries.Add(ExecutionEntry.After(null, line, Lines));
            }
        }

        (LastSequence, Lines) = (line.Sequence, Lines + 1);
    }

    /// <summary>The entries as the snapshot has them, which says what is under way where the journal cannot.</summary>
    public IReadOnlyList<ExecutionEntry> Mended(InstanceRecord instance, WorkflowGraph? graph)
    {
        if (Running(instance) is not { } running)
        {
            return [.. entries];
        }

        var known = entries.Select(e => e.IsUnderWay && !running.ContainsKey(e.Execution.ExecutionId) ? e.Ended() : e);
        var others = running.Values.Where(r => !places.ContainsKey(r.ExecutionId)).Select(r => ExecutionEntry.UnderWay(r, instance, graph));
        return [.. known, .. others];
    }

    private static Dictionary<string, RunningActivity>? Running(InstanceRecord instance)
    {
        try
        {
            return InstanceSnapshot.Read(instance.State).Running.ToDictionary(r => r.ExecutionId, StringComparer.Ordinal);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>Thousands of executions share a few names.</summary>
    private string? One(string? text)
    {
        if (text is null)
        {
            return null;
        }

        if (texts.TryGetValue(text, out var known))
        {
            return known;
        }

        texts.Add(text, text);
        return text;
    }
}
