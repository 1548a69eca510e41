using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Plans;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Resources.Applying;

namespace Kairship.Fleet.Resources;

/// <summary>What applying one object would do.</summary>
/// <param name="Before">The live object; null when there is none.</param>
/// <param name="After">The object as the cluster would store it, defaults filled in; null when it could not be tried.</param>
/// <param name="Note">What the plan could not find out, and why.</param>
/// <param name="Problem">Why applying would fail; null: nothing stands in the way.</param>
/// <param name="NeedsNamespace">Its namespace does not exist and would be created first.</param>
public sealed record DryRunObject(
    ObjectRef Ref, PlannedAction Action, JsonObject? Before, JsonObject? After, string? Note = null, PlanProblem? Problem = null, bool NeedsNamespace = false);

/// <summary>What is applied over what is there; null: there is none.</summary>
public delegate Manifest Adjustment(Manifest manifest, JsonObject? live);

/// <summary>Asks a cluster what applying would do, by server-side dry-run. Writes nothing.</summary>
public sealed class Planner(ClusterConnections connections)
{
    private const string StandInNamespace = "default";

    /// <summary>
    /// One result for each manifest, in order. An object in a namespace that the same set creates is tried in the namespace "default" under a name of its own
    /// (nothing is written), an object of a kind that the same set defines is taken for a creation.
    /// </summary>
    /// <param name="options">Force, Adopt and CreateNamespace as the later application will have them; null: none of them.</param>
    /// <exception cref="ClusterException">The cluster cannot be asked at all.</exception>
    public Task<IReadOnlyList<DryRunObject>> DryRunAsync(
        string cluster, IReadOnlyList<Manifest> manifests, ApplyOptions? options = null, CancellationToken cancellationToken = default) =>
        DryRunAsync(cluster, manifests, options ?? new ApplyOptions(), static (manifest, _) => manifest, cancellationToken);

    /// <summary>The same, with a last word on each manifest once it is known what is there.</summary>
    /// <exception cref="ClusterException">The cluster cannot be asked at all.</exception>
    public async Task<IReadOnlyList<DryRunObject>> DryRunAsync(
        string cluster, IReadOnlyList<Manifest> manifests, ApplyOptions options, Adjustment adjust, CancellationToken cancellationToken = default)
    {
        var connection = await connections.GetAsync(cluster, cancellationToken);
        var missing = await MissingNamespacesAsync(connection, manifests, cancellationToken);
        var live = await LiveObjects.ReadAsync(
            connection, manifests.Select(m => m.Ref).Where(r => r.Namespace is null || !missing.Contains(r.Namespace)), whole: true, cancellationToken);
        var run = new Run(connection, options with { DryRun = true, ReleaseId = null, Epoch = null }, missing, live, manifests);
        var results = new DryRunObject[manifests.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = connection.Options.Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, manifests.Count, parallel, async (index, token) =>
            results[index] = await run.TryAsync(adjust(manifests[index], live.GetValueOrDefault(manifests[index].Ref.Identity)), token));
        return results;
    }

    private static async Task<HashSet<string>> MissingNamespacesAsync(ClusterConnection connection, IReadOnlyList<Manifest> manifests, CancellationToken cancellationToken)
    {
        var missing = new HashSet<string>(StringComparer.Ordinal);
        foreach (var ns in manifests.Select(m => m.Ref.Namespace).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            if (await connection.Resources.GetAsync(new ObjectRef("v1", "Namespace", null, ns), ClusterRequest.Metadata, cancellationToken) is null)
            {
                missing.Add(ns);
            }
        }

        return missing;
    }

    /// <summary>Equal but for what the server counts and what marks the release.</summary>
    internal static bool AreEqual(JsonObject before, JsonObject after) => JsonNode.DeepEquals(Comparable(before), Comparable(after));

    private static JsonObject Comparable(JsonObject obj)
    {
        var copy = (JsonObject)obj.DeepClone();
        copy.Remove("status");
        if (copy["metadata"] is JsonObject metadata)
        {
            foreach (var counted in (string[])["managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink"])
            {
                metadata.Remove(counted);
            }

            if (metadata["annotations"] is JsonObject annotations)
            {
                annotations.Remove(OwnershipLabels.Release);
                annotations.Remove(OwnershipLabels.Epoch);
                annotations.Remove("deployment.kubernetes.io/revision");
                if (annotations.Count == 0)
                {
                    metadata.Remove("annotations");
                }
            }
        }

        return copy;
    }

    private sealed class Run(ClusterConnection connection, ApplyOptions options, HashSet<string> missing, IReadOnlyDictionary<string, JsonObject> live, IReadOnlyList<Manifest> manifests)
    {
        private readonly HashSet<string> _created = manifests.Where(m => ApplyOrder.IsNamespace(m.Ref)).Select(m => m.Ref.Name).ToHashSet(StringComparer.Ordinal);

        private readonly HashSet<(string Group, string Kind)> _defined =
        [
            .. manifests.Where(m => ApplyOrder.IsDefinition(m.Ref)).Select(m => (m.Json["spec"]?["group"]?.ToString() ?? "", m.Json["spec"]?["names"]?["kind"]?.ToString() ?? "")),
        ];

        public async Task<DryRunObject> TryAsync(Manifest manifest, CancellationToken cancellationToken)
        {
            try
            {
                if (manifest.Ref.Namespace is { } ns && missing.Contains(ns))
                {
                    return options.CreateNamespace || _created.Contains(ns)
                        ? await StandInAsync(manifest, cancellationToken)
                        : Problem(manifest, null, $"namespace {ns} does not exist; create it, add it to the manifests, or let Kairship create it");
                }

                var before = live.GetValueOrDefault(manifest.Ref.Identity);
                if (before is not null && LiveObject.Of(before).Objection(manifest, options) is { } objection)
                {
                    return Problem(manifest, before, objection.Message);
                }

                return await DryRunAsync(manifest, before, cancellationToken);
            }
            catch (UnknownKindException) when (_defined.Contains((manifest.Ref.Group, manifest.Ref.Kind)))
            {
                return new DryRunObject(manifest.Ref, PlannedAction.Create, null, manifest.Json, "not tried: its kind is defined by the same manifests");
            }
            catch (ClusterException exception) when (!IsOfCluster(exception))
            {
                return Problem(manifest, null, ApplyFailures.Of(manifest, exception).Message);
            }
        }

        private async Task<DryRunObject> DryRunAsync(Manifest manifest, JsonObject? before, CancellationToken cancellationToken)
        {
            var own = ObjectApplication.OptionsFor(manifest, before is null ? null : LiveObject.Of(before), options);
            try
            {
                var after = connection.Resources.Parse(await connection.Resources.ApplyRawAsync(manifest, own, before, cancellationToken));
                before = await AsTriedAsync(manifest.Ref, before, after, cancellationToken);
                var action = before is null ? PlannedAction.Create : AreEqual(before, after) ? PlannedAction.Unchanged : PlannedAction.Update;
                return new DryRunObject(manifest.Ref, action, before, after);
            }
            catch (ClusterException exception) when (exception.Conflicts.Count > 0 && exception.Conflicts.All(c => c.Manager == own.FieldManager))
            {
                var after = connection.Resources.Parse(await connection.Resources.ApplyRawAsync(manifest, own with { Force = true }, before, cancellationToken));
                before = await AsTriedAsync(manifest.Ref, before, after, cancellationToken);
                return new DryRunObject(manifest.Ref, PlannedAction.Update, before, after);
            }
            catch (ClusterException exception) when (before is not null && ImmutableFields.Of(exception) is { Count: > 0 } fields && Recreation.IsAllowed(manifest, own))
            {
                return new DryRunObject(
                    manifest.Ref, PlannedAction.Recreate, before, null, $"deleted and created anew, since {string.Join(", ", fields.Select(f => f.Field).Distinct())} cannot be changed");
            }
            catch (ClusterException exception) when (exception is not UnknownKindException && !IsOfCluster(exception))
            {
                return Problem(manifest, before, ApplyFailures.Of(manifest, exception).Message);
            }
        }

        /// <summary>
        /// The object that was tried over. A dry-run answers with the version of what is there: where that is another than what was read, somebody has written in between (a
        /// controller does, whenever something is rolled out), and what they wrote must not be taken for what the application would change.
        /// </summary>
        private async Task<JsonObject?> AsTriedAsync(ObjectRef reference, JsonObject? before, JsonObject after, CancellationToken cancellationToken) =>
            before is null || VersionOf(before) == VersionOf(after) ? before : await connection.Resources.GetAsync(reference, cancellationToken) ?? before;

        private static string? VersionOf(JsonObject obj) => obj["metadata"]?["resourceVersion"]?.ToString();

        /// <summary>A dry-run in a namespace that does not exist is a 404, whatever the object is: the stand-in lets the cluster check the object itself.</summary>
        private async Task<DryRunObject> StandInAsync(Manifest manifest, CancellationToken cancellationToken)
        {
            var name = Recreation.StandInName(manifest.Ref);
            var json = (JsonObject)manifest.Json.DeepClone();
            json["metadata"]!["name"] = name;
            json["metadata"]!["namespace"] = StandInNamespace;
            var result = await DryRunAsync(new Manifest(manifest.Ref with { Name = name, Namespace = StandInNamespace }, json), null, cancellationToken);
            if (result.After?["metadata"] is JsonObject metadata)
            {
                metadata["name"] = manifest.Ref.Name;
                metadata["namespace"] = manifest.Ref.Namespace;
            }

            return result with
            {
                Ref = manifest.Ref,
                Note = $"tried in namespace {StandInNamespace}, since {manifest.Ref.Namespace} does not exist yet",
                NeedsNamespace = !_created.Contains(manifest.Ref.Namespace!),
                Problem = result.Problem is { } problem ? new PlanProblem(manifest.Ref, problem.Message.Replace(name, manifest.Ref.Name, StringComparison.Ordinal)) : null,
            };
        }

        private static bool IsOfCluster(ClusterException exception) =>
            exception.Kind is ClusterFailure.Unreachable or ClusterFailure.Timeout or ClusterFailure.CertificateInvalid or ClusterFailure.Unauthorized
                or ClusterFailure.CircuitOpen or ClusterFailure.Throttled;

        private static DryRunObject Problem(Manifest manifest, JsonObject? before, string message) =>
            new(manifest.Ref, before is null ? PlannedAction.Create : PlannedAction.Update, before, null, Problem: new PlanProblem(manifest.Ref, message));
    }
}
