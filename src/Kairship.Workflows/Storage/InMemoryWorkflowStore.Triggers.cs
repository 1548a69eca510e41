namespace Kairship.Workflows.Storage;

/// <content>Triggers of published definitions, and waits by the kind of their stimulus.</content>
public sealed partial class InMemoryWorkflowStore
{
    private readonly List<TriggerRecord> triggers = [];

    public Task<IReadOnlyList<TriggerRecord>> FindTriggersAsync(string stimulusHash, CancellationToken cancellationToken) =>
        Task.FromResult(Triggers(t => t.StimulusHash == stimulusHash));

    public Task<IReadOnlyList<TriggerRecord>> ListTriggersAsync(string stimulusName, CancellationToken cancellationToken) =>
        Task.FromResult(Triggers(t => t.StimulusName == stimulusName));

    public Task<bool> SetTriggerFiredAsync(TriggerRecord trigger, DateTimeOffset firedAt, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            var index = triggers.FindIndex(t => SameTrigger(t, trigger));
            if (index >= 0 && !(triggers[index].FiredAt >= firedAt))
            {
                triggers[index] = triggers[index] with { FiredAt = firedAt };
            }

            return Task.FromResult(index >= 0);
        }
    }

    public Task<Page<BookmarkRecord>> ListBookmarksAsync(string stimulusName, PageRequest page, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            var found = rows.Values.Where(r => !r.IsFinished).SelectMany(r => r.Bookmarks.Values).Where(b => b.StimulusName == stimulusName)
                .OrderBy(b => b.InstanceId, StringComparer.Ordinal).ThenBy(b => b.Id, StringComparer.Ordinal);
            return Task.FromResult(Cut([.. found], page));
        }
    }

    private static bool SameTrigger(TriggerRecord one, TriggerRecord other) =>
        one.DefinitionId == other.DefinitionId && one.ActivityId == other.ActivityId && one.StimulusHash == other.StimulusHash && one.VersionId == other.VersionId;

    private IReadOnlyList<TriggerRecord> Triggers(Func<TriggerRecord, bool> wanted)
    {
        lock (gate)
        {
            return [.. triggers.Where(wanted).OrderBy(t => t.DefinitionId, StringComparer.Ordinal).ThenBy(t => t.ActivityId, StringComparer.Ordinal)];
        }
    }

    private void ReplaceTriggers(DefinitionRecord definition, IReadOnlyList<TriggerRecord> replacements)
    {
        triggers.RemoveAll(t => t.DefinitionId == definition.DefinitionId && (definition.IsPublished || t.VersionId == definition.VersionId));
        if (definition.IsPublished)
        {
            triggers.AddRange(replacements.DistinctBy(t => (t.ActivityId, t.StimulusHash)));
        }
    }
}
