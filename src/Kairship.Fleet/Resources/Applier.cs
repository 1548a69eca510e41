using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;
using Kairship.Fleet.Clusters;

namespace Kairship.Fleet.Resources;

/// <summary>Applies many objects to a cluster: waves of kinds in the given order, parallel inside a wave, one write for each object.</summary>
public sealed class Applier(ClusterConnections connections, TimeProvider clock)
{
    private const int ConflictAttempts = 3;

    /// <summary>
    /// Applies all objects. A wave with failures ends it: what comes later is reported as skipped. What goes wrong with the cluster or an object is in the
    /// report, never thrown.
    /// </summary>
    /// <param name="inApplyOrder">Namespaces first, then CRDs, what workloads need, workloads, the rest.</param>
    /// <exception cref="UnknownClusterException">No such cluster.</exception>
    public async Task<ApplyReport> ApplyAllAsync(
        string cluster, IReadOnlyList<Manifest> inApplyOrder, ApplyOptions options, CancellationToken cancellationToken = default)
    {
        var outcomes = new ObjectApplied?[inApplyOrder.Count];
        try
        {
            var connection = await connections.GetAsync(cluster, cancellationToken);
            var live = await LiveObjects.ReadAsync(connection, inApplyOrder.Select(m => m.Ref), whole: false, cancellationToken);
            if (options.CreateNamespace && !options.DryRun)
            {
                await CreateNamespacesAsync(connection, inApplyOrder, options, cancellationToken);
            }

            foreach (var wave in ApplyWaves.Split(inApplyOrder))
            {
                await ApplyWaveAsync(connection, inApplyOrder, wave, live, options, outcomes, cancellationToken);
                if (outcomes[wave].Any(o => o!.Outcome == ApplyOutcome.Failed))
                {
                    break;
                }
            }
        }
        catch (ClusterException exception)
        {
            return Report(cluster, inApplyOrder, outcomes, reference => FailureOf(reference, exception));
        }

        var first = outcomes.FirstOrDefault(o => o is { Outcome: ApplyOutcome.Failed });
        return Report(cluster, inApplyOrder, outcomes, reference => new ObjectApplied(
            reference, ApplyOutcome.Failed, "Skipped", $"not applied, since {first?.Ref} failed"));
    }

    private static ApplyReport Report(string cluster, IReadOnlyList<Manifest> manifests, ObjectApplied?[] outcomes, Func<ObjectRef, ObjectApplied> missing) =>
        new(cluster, [.. outcomes.Select((o, i) => o ?? missing(manifests[i].Ref))]);

    private async Task ApplyWaveAsync(
        ClusterConnection connection, IReadOnlyList<Manifest> manifests, Range wave, IReadOnlyDictionary<string, JsonObject> live, ApplyOptions options,
        ObjectApplied?[] outcomes, CancellationToken cancellationToken)
    {
        var (start, length) = wave.GetOffsetAndLength(manifests.Count);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = connection.Options.Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForAsync(start, start + length, parallel, async (index, token) =>
        {
            var manifest = manifests[index];
            outcomes[index] = await ApplyOneAsync(connection, manifest, live.TryGetValue(manifest.Ref.Identity, out var known) ? LiveObject.Of(known) : null, options, token);
        });
        if (options.DryRun || !ApplyWaves.IsDefinition(manifests[start].Ref))
        {
            return;
        }

        for (var index = start; index < start + length; index++)
        {
            if (outcomes[index]!.Outcome is ApplyOutcome.Created or ApplyOutcome.Configured)
            {
                outcomes[index] = await EstablishedAsync(connection, outcomes[index]!, cancellationToken);
            }
        }

        await connection.Discovery.RefreshAsync(force: true, cancellationToken);
    }

    private static async Task<ObjectApplied> ApplyOneAsync(
        ClusterConnection connection, Manifest manifest, LiveObject? live, ApplyOptions options, CancellationToken cancellationToken)
    {
        if (live?.Objection(manifest, options) is { } objection)
        {
            return new ObjectApplied(manifest.Ref, ApplyOutcome.Failed, objection.Reason, objection.Message, objection.Reason == "Terminating");
        }

        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var answer = await connection.Resources.ApplyRawAsync(manifest, options, null, cancellationToken);
                return new ObjectApplied(manifest.Ref, OutcomeOf(answer, live));
            }
            catch (ClusterException exception) when (exception.Kind == ClusterFailure.Conflict && attempt < ConflictAttempts && MayRepeat(exception, options))
            {
                // Fields that we own under another operation (a scale) are ours to take over.
                options = exception.Conflicts.Count > 0 ? options with { Force = true } : options;
            }
            catch (ClusterException exception)
            {
                return FailureOf(manifest.Ref, exception);
            }
        }
    }

    /// <summary>A race of writers may be repeated; a field conflict only when the other manager is ourselves.</summary>
    private static bool MayRepeat(ClusterException exception, ApplyOptions options) =>
        exception.Conflicts.All(c => c.Manager == options.FieldManager) && exception.Reason is not "AlreadyExists";

    private static ApplyOutcome OutcomeOf(ClusterAnswer answer, LiveObject? live) =>
        answer.Status == 201 ? ApplyOutcome.Created
        : live is not null && ResourceVersionOf(answer.Body) == live.ResourceVersion ? ApplyOutcome.Unchanged
        : ApplyOutcome.Configured;

    private static string? ResourceVersionOf(byte[] body)
    {
        using var document = JsonDocument.Parse(body);
        return document.RootElement.TryGetProperty("metadata", out var metadata) && metadata.TryGetProperty("resourceVersion", out var version)
            ? version.GetString()
            : null;
    }

    internal static ObjectApplied FailureOf(ObjectRef reference, ClusterException exception)
    {
        var (reason, message) = exception switch
        {
            UnknownKindException => ("UnknownKind", exception.Detail),
            { Kind: ClusterFailure.NotFound, Detail: var detail } when detail.StartsWith("namespaces \"", StringComparison.Ordinal) =>
                ("NamespaceNotFound", $"namespace {reference.Namespace} does not exist; create it, add it to the manifests, or let Kairship create it"),
            { Conflicts.Count: > 0 } => ("Conflict", string.Join("; ", exception.Conflicts.Select(c => $"{c.Field} is managed by \"{c.Manager}\""))),
            { Kind: ClusterFailure.Invalid or ClusterFailure.ServerError } => (exception.Kind.ToString(), SchemaHints.Explain(exception.Detail)),
            _ => (exception.Kind.ToString(), exception.Detail),
        };
        return new ObjectApplied(reference, ApplyOutcome.Failed, reason, message, exception.IsTransient);
    }

    /// <summary>The namespaces carry no application's label: they outlive the application that first needed them.</summary>
    private static async Task CreateNamespacesAsync(
        ClusterConnection connection, IReadOnlyList<Manifest> manifests, ApplyOptions options, CancellationToken cancellationToken)
    {
        var own = manifests.Where(m => ApplyWaves.IsNamespace(m.Ref)).Select(m => m.Ref.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var ns in manifests.Select(m => m.Ref.Namespace).OfType<string>().Distinct(StringComparer.Ordinal).Where(n => !own.Contains(n)))
        {
            var reference = new ObjectRef("v1", "Namespace", null, ns);
            if (await connection.Resources.GetAsync(reference, ClusterRequest.Metadata, cancellationToken) is null)
            {
                var json = new JsonObject
                {
                    ["apiVersion"] = "v1",
                    ["kind"] = "Namespace",
                    ["metadata"] = new JsonObject { ["name"] = ns, ["labels"] = new JsonObject { ["app.kubernetes.io/managed-by"] = "kairship" } },
                };
                await connection.Resources.ApplyRawAsync(new Manifest(reference, json), options, null, cancellationToken);
            }
        }
    }

    private async Task<ObjectApplied> EstablishedAsync(ClusterConnection connection, ObjectApplied applied, CancellationToken cancellationToken)
    {
        var established = await Settling.UntilAsync(clock, connection.Options.SettleTimeout, async () =>
        {
            var definition = await connection.Resources.GetAsync(applied.Ref, cancellationToken);
            return definition is not null && Status.Conditions.Of(definition).Any(c => c is { Type: "Established", Status: "True" });
        }, cancellationToken);
        return established
            ? applied
            : applied with
            {
                Outcome = ApplyOutcome.Failed, Reason = "NotEstablished", IsTransient = true,
                Message = $"applied, but not established within {connection.Options.SettleTimeout.TotalSeconds:0} s",
            };
    }
}
