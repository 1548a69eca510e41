using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Execution;

/// <summary>What the events since the last commit ask for beside the changed snapshot. Effects to start are not here: they are the executions in phase Ready.</summary>
/// <param name="lines">How many lines of journal to expect.</param>
internal sealed class Transition(int lines)
{
    public bool Changed { get; set; }
    public List<BookmarkRecord> AddedBookmarks { get; } = [];
    public List<string> RemovedBookmarks { get; } = [];
    public List<JournalRecord> Journal { get; } = new(lines);
    public JournalTrim? JournalTrim { get; set; }
    public List<OutboxMessage> Outbox { get; } = [];

    /// <summary>Executions that went away: where an effect of theirs runs, its token is cancelled.</summary>
    public List<string> CancelledExecutions { get; } = [];
}
