using System.Text.Json;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Plans;
using Kairship.Fleet.Clusters;

namespace Kairship.Fleet.Resources.Applying;

/// <summary>Applies one object: whose it is, conflicts, fields that cannot be changed.</summary>
internal sealed class ObjectApplication(ClusterConnection connection, ApplyOptions given, IReadOnlySet<(string Group, string Kind)> defined, TimeProvider clock)
{
    private const int ConflictAttempts = 3;

    public async Task<ObjectApplied> ApplyAsync(Manifest manifest, LiveObject? live, CancellationToken cancellationToken)
    {
        if (live?.Objection(manifest, given) is { } objection)
        {
            return new ObjectApplied(manifest.Ref, ApplyOutcome.Failed, objection.Reason, objection.Message, objection.Reason == "Terminating");
        }

        if (given.DeferAdoption && live?.IsAdoptedBy(manifest, given) == true)
        {
            return new ObjectApplied(manifest.Ref, ApplyOutcome.Unchanged, Message: "left as it is until it is adopted");
        }

        try
        {
            return await WriteAsync(manifest, live, cancellationToken);
        }
        catch (ClusterException exception) when (live is not null && !given.DryRun && ImmutableFields.Of(exception).Count > 0 && Recreation.IsAllowed(manifest, given))
        {
            return await RecreateAsync(manifest, live, cancellationToken);
        }
        catch (ClusterException exception)
        {
            return ApplyFailures.Of(manifest, exception);
        }
    }

    /// <summary>Taking an object over is taking its fields over; so it is where the application or the manifest says that conflicts do not count.</summary>
    public static ApplyOptions OptionsFor(Manifest manifest, LiveObject? live, ApplyOptions given) => given with
    {
        Force = given.Force || live?.IsAdoptedBy(manifest, given) == true || OwnershipLabels.AnnotationOf(manifest.Json, KairshipLabels.Conflicts) == "force",
    };

    private async Task<ObjectApplied> WriteAsync(Manifest manifest, LiveObject? live, CancellationToken cancellationToken)
    {
        var options = OptionsFor(manifest, live, given);
        var start = clock.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var answer = await connection.Resources.ApplyRawAsync(manifest, options, live?.Object, cancellationToken);
                return new ObjectApplied(manifest.Ref, OutcomeOf(answer, live));
            }
            catch (ClusterException exception) when (exception.Kind == ClusterFailure.Conflict && attempt < ConflictAttempts && MayRepeat(exception, options))
            {
                // Fields that we own under another operation (a scale) are ours to take over.
                options = exception.Conflicts.Count > 0 ? options with { Force = true } : options;
            }
            catch (ClusterException exception) when (IsNotThereYet(manifest, exception) && clock.GetElapsedTime(start) < connection.Options.SettleTimeout)
            {
                // A kind is in discovery a moment before its objects are taken.
                await Task.Delay(TimeSpan.FromMilliseconds(200), clock, cancellationToken);
            }
        }
    }

    private async Task<ObjectApplied> RecreateAsync(Manifest manifest, LiveObject live, CancellationToken cancellationToken)
    {
        try
        {
            return await new Recreation(connection, clock).RecreateAsync(manifest, live, given, cancellationToken);
        }
        catch (ClusterException exception)
        {
            return ApplyFailures.Of(manifest, exception);
        }
    }

    private bool IsNotThereYet(Manifest manifest, ClusterException exception) =>
        exception.Status == 404 && defined.Contains((manifest.Ref.Group, manifest.Ref.Kind)) && !exception.Detail.StartsWith("namespaces \"", StringComparison.Ordinal);

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
}
