using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Plans;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Resources.Applying;
using Kairship.Fleet.Resources.ApplySets;

namespace Kairship.Fleet.Resources;

/// <summary>Applies many objects to a cluster: waves of kinds in the given order, parallel inside a wave, one write for each object.</summary>
public sealed class Applier(ClusterConnections connections, TimeProvider clock)
{
    /// <summary>
    /// Applies all objects. A wave with failures ends it: what comes later is reported as skipped. What goes wrong with the cluster or an object is in the
    /// report, never thrown.
    /// </summary>
    /// <param name="inApplyOrder">By <see cref="ApplyOrder"/>: namespaces first, then CRDs, what workloads need, workloads, the rest.</param>
    /// <exception cref="UnknownClusterException">No such cluster.</exception>
    public async Task<ApplyReport> ApplyAllAsync(
        string cluster, IReadOnlyList<Manifest> inApplyOrder, ApplyOptions options, CancellationToken cancellationToken = default)
    {
        var outcomes = new ObjectApplied?[inApplyOrder.Count];
        try
        {
            var connection = await connections.GetAsync(cluster, cancellationToken);
            var fresh = options.CreateNamespace && !options.DryRun ? await CreateNamespacesAsync(connection, inApplyOrder, options, cancellationToken) : [];
            var live = await LiveObjects.ReadAsync(
                connection, inApplyOrder.Select(m => m.Ref).Where(r => r.Namespace is null || !fresh.Contains(r.Namespace)), whole: false, cancellationToken);
            await new Run(connection, inApplyOrder, live, options, outcomes, clock).ApplyAsync(cancellationToken);
        }
        catch (ClusterException exception)
        {
            return Report(cluster, inApplyOrder, outcomes, reference => ApplyFailures.Of(reference, exception));
        }

        var first = outcomes.FirstOrDefault(o => o is { Outcome: ApplyOutcome.Failed });
        return Report(cluster, inApplyOrder, outcomes, reference => new ObjectApplied(
            reference, ApplyOutcome.Failed, "Skipped", $"not applied, since {first?.Ref} failed"));
    }

    private static ApplyReport Report(string cluster, IReadOnlyList<Manifest> manifests, ObjectApplied?[] outcomes, Func<ObjectRef, ObjectApplied> missing) =>
        new(cluster, [.. outcomes.Select((o, i) => o ?? missing(manifests[i].Ref))]);

    /// <summary>The namespaces carry no application's label and are in no set: they outlive the application that first needed them.</summary>
    /// <returns>Those that were created just now: there is nothing in them that would have to be read first.</returns>
    private static async Task<HashSet<string>> CreateNamespacesAsync(
        ClusterConnection connection, IReadOnlyList<Manifest> manifests, ApplyOptions options, CancellationToken cancellationToken)
    {
        var own = manifests.Where(m => ApplyOrder.IsNamespace(m.Ref)).Select(m => m.Ref.Name).ToHashSet(StringComparer.Ordinal);
        var needed = manifests.Select(m => m.Ref.Namespace).Append(options.ApplySet?.Namespace).OfType<string>().Distinct(StringComparer.Ordinal).Where(n => !own.Contains(n));
        var created = await Task.WhenAll(needed.Select(async ns => await CreateNamespaceAsync(connection, ns, options, cancellationToken) ? ns : null));
        return created.OfType<string>().ToHashSet(StringComparer.Ordinal);
    }

    private static async Task<bool> CreateNamespaceAsync(ClusterConnection connection, string ns, ApplyOptions options, CancellationToken cancellationToken)
    {
        var reference = new ObjectRef("v1", "Namespace", null, ns);
        if (await connection.Resources.GetAsync(reference, ClusterRequest.Metadata, cancellationToken) is not null)
        {
            return false;
        }

        var json = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Namespace",
            ["metadata"] = new JsonObject { ["name"] = ns, ["labels"] = new JsonObject { ["app.kubernetes.io/managed-by"] = "kairship" } },
        };
        var answer = await connection.Resources.ApplyRawAsync(new Manifest(reference, json), options with { ApplySet = null }, null, cancellationToken);
        return answer.Status == 201;
    }

    private sealed class Run(
        ClusterConnection connection, IReadOnlyList<Manifest> manifests, IReadOnlyDictionary<string, JsonObject> live, ApplyOptions options, ObjectApplied?[] outcomes,
        TimeProvider clock)
    {
        private readonly HashSet<(string, string)> _defined =
            [.. manifests.Where(m => ApplyOrder.IsDefinition(m.Ref)).Select(Definitions.Defined).Select(d => (d.Group, d.Kind))];

        public async Task ApplyAsync(CancellationToken cancellationToken)
        {
            var hasParent = options.ApplySet is null || options.DryRun;
            foreach (var wave in ApplyWaves.Split(manifests))
            {
                if (!hasParent && !ApplyOrder.IsNamespace(manifests[wave.Start].Ref))
                {
                    // Before any member but after the namespace that the parent is in.
                    await new ApplySetParent(connection, options.ApplySet!).GrowAsync(ApplySetContent.Of(manifests.Select(m => m.Ref)), options, cancellationToken);
                    hasParent = true;
                }

                await ApplyWaveAsync(wave, cancellationToken);
                if (outcomes[wave].Any(o => o!.Outcome == ApplyOutcome.Failed))
                {
                    break;
                }
            }
        }

        private async Task ApplyWaveAsync(Range wave, CancellationToken cancellationToken)
        {
            var (start, length) = wave.GetOffsetAndLength(manifests.Count);
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = connection.Options.Parallelism, CancellationToken = cancellationToken };
            var application = new ObjectApplication(connection, options, _defined, clock);
            await Parallel.ForAsync(start, start + length, parallel, async (index, token) =>
            {
                var manifest = manifests[index];
                var known = live.TryGetValue(manifest.Ref.Identity, out var obj) ? LiveObject.Of(obj) : null;
                outcomes[index] = await application.ApplyAsync(manifest, known, token);
            });
            if (options.DryRun || !ApplyOrder.IsDefinition(manifests[start].Ref))
            {
                return;
            }

            var definitions = new Definitions(connection, clock);
            await Parallel.ForAsync(start, start + length, parallel, async (index, token) =>
            {
                if (outcomes[index]!.Outcome != ApplyOutcome.Failed)
                {
                    outcomes[index] = await definitions.SettleAsync(manifests[index], outcomes[index]!, token);
                }
            });
        }
    }
}
