using Kairship.Delivery.Manifests;
using Kairship.Delivery.Plans;
using Kairship.Fleet.Clusters;

namespace Kairship.Fleet.Resources.Applying;

/// <summary>What a cluster's refusal means for an object, in one word, and what would be right.</summary>
internal static class ApplyFailures
{
    /// <summary>Without the values of a Secret, which a cluster quotes when their type is wrong.</summary>
    public static ObjectApplied Of(Manifest manifest, ClusterException exception)
    {
        var failure = Of(manifest.Ref, exception);
        return failure with { Message = SecretMask.Scrub(failure.Message, manifest) };
    }

    public static ObjectApplied Of(ObjectRef reference, ClusterException exception)
    {
        var immutable = ImmutableFields.Of(exception);
        var (reason, message) = exception switch
        {
            UnknownKindException => ("UnknownKind", exception.Detail),
            { Kind: ClusterFailure.NotFound, Detail: var detail } when detail.StartsWith("namespaces \"", StringComparison.Ordinal) =>
                ("NamespaceNotFound", $"namespace {reference.Namespace} does not exist; create it, add it to the manifests, or let Kairship create it"),
            { Conflicts.Count: > 0 } => ("Conflict", Conflict(exception.Conflicts)),
            _ when immutable.Count > 0 => ("ImmutableField", Immutable(reference, immutable)),
            { Kind: ClusterFailure.Invalid or ClusterFailure.ServerError } => (exception.Kind.ToString(), SchemaHints.Explain(exception.Detail)),
            _ => (exception.Kind.ToString(), exception.Detail),
        };
        return new ObjectApplied(reference, ApplyOutcome.Failed, reason, message, exception.IsTransient, FieldsOf(exception));
    }

    private static IReadOnlyList<string>? FieldsOf(ClusterException exception) =>
        exception.Conflicts.Count > 0 ? [.. exception.Conflicts.Select(c => c.Field)]
        : exception.Causes.Count > 0 ? [.. exception.Causes.Select(c => c.Field).Where(f => f.Length > 0).Distinct()]
        : null;

    private static string Conflict(IReadOnlyList<FieldConflict> conflicts) =>
        $"{string.Join("; ", conflicts.Select(c => $"{c.Field} is managed by \"{c.Manager}\""))}: leave {(conflicts.Count == 1 ? "it" : "them")} out of the manifest, "
        + $"or take over with spec.apply.conflicts: Force of the application or the annotation {KairshipLabels.Conflicts}: force on the manifest";

    private static string Immutable(ObjectRef reference, IReadOnlyList<StatusCause> causes)
    {
        var fields = string.Join(", ", causes.Select(c => c.Field.Length == 0 ? "a field" : c.Field).Distinct());
        var way = Recreation.NeedsOwnPermission(reference)
            ? $"or allow that it is deleted, with all that is in it, and created anew by the annotation {KairshipLabels.Recreate}: allowed on its manifest"
            : $"or allow that it is deleted and created anew by spec.apply.recreate: Allowed of the application or the annotation {KairshipLabels.Recreate}: allowed on its manifest";
        return $"{fields} of a {reference.Kind} cannot be changed once it exists ({causes[0].Message}): change it back, give the object another name, {way}";
    }
}
