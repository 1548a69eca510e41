using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Plans;
using Kairship.Fleet.Clusters;

namespace Kairship.Fleet.Resources.Pruning;

/// <summary>Deletes one object of an application, only that very one (by uid), and waits until it is gone.</summary>
internal sealed class Deletion(ClusterConnection connection, string application, PruneOptions options, TimeProvider clock)
{
    public async Task<PrunedObject> DeleteAsync(ObjectRef reference, CancellationToken cancellationToken)
    {
        if ((ApplyOrder.IsNamespace(reference) && !options.Namespaces) || (ApplyOrder.IsDefinition(reference) && !options.Definitions))
        {
            return new PrunedObject(reference, PruneOutcome.Kept, $"a {reference.Kind} is not deleted unless that is asked for: what others put into it would go with it");
        }

        try
        {
            return await ReadAsync(reference, cancellationToken) is { } obj
                ? await DeleteAsync(reference, LiveObject.Of(obj), cancellationToken)
                : new PrunedObject(reference, PruneOutcome.NotFound);
        }
        catch (UnknownKindException)
        {
            return new PrunedObject(reference, PruneOutcome.NotFound);
        }
        catch (ClusterException exception)
        {
            return FailureOf(reference, exception);
        }
    }

    public static PrunedObject FailureOf(ObjectRef reference, ClusterException exception) =>
        new(reference, PruneOutcome.Failed, exception.Detail, exception.IsTransient);

    private async Task<PrunedObject> DeleteAsync(ObjectRef reference, LiveObject live, CancellationToken cancellationToken)
    {
        if (!live.BelongsTo(application, options.Set))
        {
            return new PrunedObject(reference, PruneOutcome.Kept, live.Application is { } owner ? $"it belongs to application {owner}" : $"it {Origin.Of(live.Object)}");
        }

        if (live.IsSuperseded(options.ReleaseId, options.Epoch))
        {
            return new PrunedObject(reference, PruneOutcome.Kept, $"epoch {live.Epoch} of release {live.Release} has written it, this is epoch {options.Epoch}");
        }

        await connection.Resources.DeleteAsync(reference, DeletePropagation.Background, live.Uid, cancellationToken);
        JsonObject? left = null;
        var gone = await Settling.UntilAsync(clock, connection.Options.SettleTimeout, async () =>
        {
            left = await ReadAsync(reference, cancellationToken);
            return left?["metadata"]?["uid"]?.ToString() != live.Uid;
        }, cancellationToken);
        return gone
            ? new PrunedObject(reference, PruneOutcome.Deleted)
            : new PrunedObject(
                reference, PruneOutcome.StillThere,
                $"deleted, but not gone within {connection.Options.SettleTimeout.TotalSeconds:0} s{Finalizers.Explain(left!)}", IsTransient: true);
    }

    /// <summary>A namespace says in its status what holds it; of all others the metadata is enough.</summary>
    private Task<JsonObject?> ReadAsync(ObjectRef reference, CancellationToken cancellationToken) =>
        connection.Resources.GetAsync(reference, ApplyOrder.IsNamespace(reference) ? ClusterRequest.Json : ClusterRequest.Metadata, cancellationToken);
}
