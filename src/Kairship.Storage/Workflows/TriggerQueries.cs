using System.Linq.Expressions;
using Kairship.Storage.Database;
using Kairship.Workflows.Storage;
using Microsoft.EntityFrameworkCore;

namespace Kairship.Storage.Workflows;

/// <summary>What starts instances of published definitions.</summary>
internal sealed class TriggerQueries(KairshipDatabase database)
{
    /// <summary>Inside the transaction that saves a definition.</summary>
    public static async Task ReplaceAsync(KairshipDbContext context, DefinitionRecord definition, IReadOnlyList<TriggerRecord> triggers, CancellationToken cancellationToken)
    {
        await context.Set<TriggerRow>()
            .Where(x => x.DefinitionId == definition.DefinitionId && (definition.IsPublished || x.VersionId == definition.VersionId))
            .ExecuteDeleteAsync(cancellationToken);
        if (definition.IsPublished)
        {
            context.Set<TriggerRow>().AddRange(triggers.DistinctBy(t => (t.ActivityId, t.StimulusHash)).Select(ToRow));
        }
    }

    public Task<IReadOnlyList<TriggerRecord>> FindAsync(string stimulusHash, CancellationToken cancellationToken) =>
        ReadAsync(x => x.StimulusHash == stimulusHash, cancellationToken);

    public Task<IReadOnlyList<TriggerRecord>> ListAsync(string stimulusName, CancellationToken cancellationToken) =>
        ReadAsync(x => x.StimulusName == stimulusName, cancellationToken);

    public Task<bool> SetFiredAsync(TriggerRecord trigger, DateTimeOffset firedAt, CancellationToken cancellationToken) => database.WriteAsync(
        async context =>
        {
            var found = context.Set<TriggerRow>().Where(x =>
                x.DefinitionId == trigger.DefinitionId && x.ActivityId == trigger.ActivityId && x.StimulusHash == trigger.StimulusHash && x.VersionId == trigger.VersionId);
            var at = firedAt.UtcTicks;
            return await found.Where(x => x.FiredAt == null || x.FiredAt < at).ExecuteUpdateAsync(set => set.SetProperty(x => x.FiredAt, at), cancellationToken) > 0
                || await found.AnyAsync(cancellationToken);
        },
        cancellationToken);

    private Task<IReadOnlyList<TriggerRecord>> ReadAsync(Expression<Func<TriggerRow, bool>> wanted, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<TriggerRecord>>(async context =>
        {
            var rows = await context.Set<TriggerRow>().AsNoTracking().Where(wanted).ToListAsync(cancellationToken);

            // Here and not in the database, whose order depends on its locale.
            return [.. rows.Select(ToRecord).OrderBy(t => t.DefinitionId, StringComparer.Ordinal).ThenBy(t => t.ActivityId, StringComparer.Ordinal)];
        });

    private static TriggerRow ToRow(TriggerRecord trigger) => new()
    {
        DefinitionId = trigger.DefinitionId,
        ActivityId = trigger.ActivityId,
        StimulusHash = trigger.StimulusHash,
        VersionId = trigger.VersionId,
        StimulusName = trigger.StimulusName,
        StimulusKey = StoredText.Clean(trigger.StimulusKey),
        Data = StoredText.Clean(trigger.Data),
        PublishedAt = trigger.PublishedAt.UtcTicks,
        FiredAt = Ticks.Of(trigger.FiredAt),
    };

    private static TriggerRecord ToRecord(TriggerRow row) => new(
        row.DefinitionId, row.VersionId, row.ActivityId, row.StimulusName, row.StimulusKey, row.StimulusHash, row.Data, Ticks.ToTime(row.PublishedAt), Ticks.ToTime(row.FiredAt));
}
