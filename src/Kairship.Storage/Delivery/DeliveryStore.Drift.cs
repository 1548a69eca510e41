using Kairship.Delivery.Arbitration;
using Kairship.Delivery.Drift;
using Kairship.Storage.Database;
using Microsoft.EntityFrameworkCore;

namespace Kairship.Storage.Delivery;

/// <content>Holding an application without a release, and how its clusters differ from what was released.</content>
internal sealed partial class DeliveryStore
{
    public Task<ArbiterLease?> TryHoldAsync(string application, string holder, ArbiterPurpose purpose, DateTimeOffset at, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async context =>
            {
                await LockApplicationAsync(context, application, cancellationToken);
                var state = await GetOrAddStateAsync(context, application, cancellationToken);
                var current = state.Holder is { } before
                    ? new ArbiterLease(application, before, (ArbiterPurpose)state.Purpose, state.Epoch, Ticks.ToTime(state.Since))
                    : null;
                if (ArbiterRules.Claim(application, current, holder, purpose, at, state.Epoch) is not ArbiterClaim.Granted { Lease: var lease })
                {
                    return null;
                }

                (state.Holder, state.Purpose, state.Epoch, state.Since) = (lease.Holder, (int)lease.Purpose, lease.Epoch, lease.Since.UtcTicks);
                await context.SaveChangesAsync(cancellationToken);
                return lease;
            },
            cancellationToken);

    public Task LetGoAsync(string application, string holder, CancellationToken cancellationToken) => database.WriteAsync(
        context => context.Set<ApplicationStateRow>().Where(x => x.Application == application && x.Holder == holder)
            .ExecuteUpdateAsync(set => set.SetProperty(x => x.Holder, (string?)null), cancellationToken),
        cancellationToken);

    public Task<DriftReport?> GetDriftAsync(string application, CancellationToken cancellationToken) => database.ReadAsync(async context =>
        await context.Set<DriftRow>().Where(x => x.Application == application).Select(x => x.Body).SingleOrDefaultAsync(cancellationToken) is { } body
            ? StoredJson.Read<DriftReport>(body)
            : null);

    public Task SaveDriftAsync(DriftReport report, CancellationToken cancellationToken)
    {
        var body = StoredText.Clean(StoredJson.Write(report));
        return database.WriteAsync(
            context => context.Database.ExecuteSqlAsync(
                $"INSERT INTO drift (application, due_at, body) VALUES ({report.Application}, 0, {body}) ON CONFLICT (application) DO UPDATE SET body = excluded.body",
                cancellationToken),
            cancellationToken);
    }

    public Task<bool> ClaimDriftCheckAsync(string application, DateTimeOffset now, DateTimeOffset next, CancellationToken cancellationToken)
    {
        // Due later than a little after what this caller reckons with: the interval was longer then.
        var (at, due, latest) = (now.UtcTicks, next.UtcTicks, next.UtcTicks + ((next - now).Ticks / 5));
        return database.WriteAsync(
            async context => await context.Database.ExecuteSqlAsync(
                $"""
                 INSERT INTO drift (application, due_at) VALUES ({application}, {due})
                 ON CONFLICT (application) DO UPDATE SET due_at = excluded.due_at WHERE drift.due_at <= {at} OR drift.due_at > {latest}
                 """,
                cancellationToken) == 1,
            cancellationToken);
    }
}
