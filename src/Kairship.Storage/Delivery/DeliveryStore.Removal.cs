using Kairship.Delivery.Arbitration;
using Kairship.Storage.Database;
using Microsoft.EntityFrameworkCore;

namespace Kairship.Storage.Delivery;

/// <content>Taking applications away.</content>
internal sealed partial class DeliveryStore
{
    public Task<ArbiterLease?> BeginRemovalAsync(string application, DateTimeOffset at, CancellationToken cancellationToken) => database.WriteAsync<ArbiterLease?>(
        async context =>
        {
            await LockApplicationAsync(context, application, cancellationToken);
            var state = await GetOrAddStateAsync(context, application, cancellationToken);
            var holder = ArbiterRules.RemovalHolder(application);
            if (state.Holder is { } other && other != holder && state.Purpose > (int)ArbiterPurpose.Heal)
            {
                return new ArbiterLease(application, other, (ArbiterPurpose)state.Purpose, state.Epoch, Ticks.ToTime(state.Since));
            }

            (state.Holder, state.Purpose, state.Epoch, state.Since) = (holder, (int)ArbiterPurpose.Removal, state.Epoch + 1, at.UtcTicks);
            await context.SaveChangesAsync(cancellationToken);
            return null;
        },
        cancellationToken);

    public Task EndRemovalAsync(string application, bool removed, CancellationToken cancellationToken) => database.WriteAsync(
        async context =>
        {
            await LockApplicationAsync(context, application, cancellationToken);
            var holder = ArbiterRules.RemovalHolder(application);
            var ended = await context.Set<ApplicationStateRow>().Where(x => x.Application == application && x.Holder == holder).ExecuteUpdateAsync(
                set => set.SetProperty(x => x.Holder, (string?)null).SetProperty(x => x.CurrentRevision, x => removed ? null : x.CurrentRevision), cancellationToken);
            if (ended == 1 && removed)
            {
                await context.Set<ApplicationRow>().Where(x => x.Name == application).ExecuteDeleteAsync(cancellationToken);
                await context.Set<DriftRow>().Where(x => x.Application == application).ExecuteDeleteAsync(cancellationToken);
            }

            return ended == 1;
        },
        cancellationToken);
}
