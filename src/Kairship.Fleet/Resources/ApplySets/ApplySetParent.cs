using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;
using Kairship.Fleet.Clusters;

namespace Kairship.Fleet.Resources.ApplySets;

/// <summary>The parent of a set in one cluster. Written only where it changes, and only over what was read: an older writer cannot shrink what a newer one has grown.</summary>
internal sealed class ApplySetParent(ClusterConnection connection, ApplySet set)
{
    private const int Attempts = 5;
    private static readonly string Version = typeof(ApplySetParent).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    /// <summary>What the members are of; null: there is no parent.</summary>
    /// <exception cref="ClusterException">The parent is another tool's, or no parent at all (Conflict).</exception>
    public async Task<ApplySetContent?> ReadAsync(CancellationToken cancellationToken) =>
        await GetAsync(cancellationToken) is { } parent ? ApplySetContent.Read(set, parent) : null;

    /// <summary>Makes the parent hold at least these kinds and namespaces.</summary>
    /// <exception cref="ClusterException">As <see cref="ReadAsync"/>.</exception>
    public Task GrowAsync(ApplySetContent content, ApplyOptions options, CancellationToken cancellationToken) =>
        ChangeAsync(before => before is not null && before.Holds(content) ? null : (before ?? ApplySetContent.Empty).With(content), options, cancellationToken);

    /// <summary>Makes the parent hold exactly these; nothing when there is none.</summary>
    /// <exception cref="ClusterException">As <see cref="ReadAsync"/>.</exception>
    public Task ShrinkAsync(ApplySetContent content, ApplyOptions options, CancellationToken cancellationToken) => ChangeAsync(
        before => before is null || (before.KindsText == content.KindsText && before.NamespacesText(set) == content.NamespacesText(set)) ? null : content,
        options, cancellationToken);

    private async Task ChangeAsync(Func<ApplySetContent?, ApplySetContent?> change, ApplyOptions options, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var parent = await GetAsync(cancellationToken);
            if (change(parent is null ? null : ApplySetContent.Read(set, parent)) is not { } wanted)
            {
                return;
            }

            try
            {
                var answer = await connection.Resources.ApplyRawAsync(
                    Manifest(wanted), options with { Force = true, ApplySet = null }, null, cancellationToken, VersionOf(parent));
                if (answer.Status == 201 || parent is not null || attempt == Attempts)
                {
                    return;
                }

                // Created by somebody else a moment ago and written over now: look whether it holds what is needed.
            }
            catch (ClusterException exception) when (exception.Kind == ClusterFailure.Conflict && attempt < Attempts)
            {
                // Somebody else wrote it meanwhile: what they wrote counts too.
            }
        }
    }

    private async Task<JsonObject?> GetAsync(CancellationToken cancellationToken)
    {
        if (await connection.Resources.GetAsync(set.Parent, ClusterRequest.Metadata, cancellationToken) is not { } parent)
        {
            return null;
        }

        var tool = OwnershipLabels.AnnotationOf(parent, ApplySet.Tooling);
        var why = tool is not null && tool.Split('/')[0] != ApplySet.ToolName ? $"is the parent of an ApplySet of {tool}"
            : tool is null || OwnershipLabels.LabelOf(parent, ApplySet.IdLabel) != set.Id ? "exists and is not the parent of an ApplySet of Kairship"
            : null;
        return why is null ? parent : throw new ClusterException(
            ClusterFailure.Conflict, connection.Cluster, $"{set.Parent} {why}: Kairship keeps there what {set.Application} consists of. Delete or rename it, or name the application otherwise");
    }

    private Manifest Manifest(ApplySetContent content) => new(set.Parent, new JsonObject
    {
        ["apiVersion"] = set.Parent.ApiVersion,
        ["kind"] = set.Parent.Kind,
        ["metadata"] = new JsonObject
        {
            ["name"] = set.Parent.Name,
            ["namespace"] = set.Parent.Namespace,
            ["labels"] = new JsonObject { [ApplySet.IdLabel] = set.Id, ["app.kubernetes.io/managed-by"] = ApplySet.ToolName },
            ["annotations"] = new JsonObject
            {
                [ApplySet.Tooling] = $"{ApplySet.ToolName}/v{Version}",
                [ApplySet.GroupKinds] = content.KindsText,
                [ApplySet.AdditionalNamespaces] = content.NamespacesText(set),
            },
        },
    });

    private static string? VersionOf(JsonObject? parent) => parent?["metadata"]?["resourceVersion"]?.ToString();
}
