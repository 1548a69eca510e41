using System.Globalization;
using Kairship.Server.Access;
using Kairship.Server.Problems;
using Kairship.Server.Workflows;
using Kairship.Storage.Access;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Releases;

/// <summary>
/// Who asks for a release that a workflow starts, and so may not approve it: who started the workflow, or the one above it that began it all. Where nobody did (a schedule, a request from outside), who
/// published that one. To ask takes the role that releases, by whatever way. A workflow that nobody published is the server's own (its folder of workflows), and asks for itself.
/// </summary>
internal sealed class ReleaseRequester(AccessStore access, IWorkflowStore store)
{
    private const string Kind = ":";

    public async Task<Answer<string>> OfAsync(EffectContext context, CancellationToken cancellationToken)
    {
        var (name, did) = context.StartedBy is { } starter ? (starter, "started") : (await PublisherAsync(context, cancellationToken), "published");
        if (name is null)
        {
            return $"workflow:{context.DefinitionId}";
        }

        if (name.Contains(Kind, StringComparison.Ordinal))
        {
            // A webhook, or a workflow, whose release starts this one: no key is called like that.
            return name;
        }

        var keys = await access.ListKeysAsync(cancellationToken);
        return keys.Any(k => k.RevokedAt is null && k.Name == name && k.Roles.Any(r => r is Roles.Deployer or Roles.Admin))
            ? name
            : Refusal.Forbidden($"{name} {did} this workflow, and there is no key of that name with the role {Roles.Deployer} or {Roles.Admin}: who may not start a release does not start one by a workflow either.");
    }

    private async Task<string?> PublisherAsync(EffectContext context, CancellationToken cancellationToken)
    {
        var root = await store.GetInstanceAsync(context.RootInstanceId ?? context.InstanceId, cancellationToken) ?? await store.GetInstanceAsync(context.InstanceId, cancellationToken);
        if (root is null)
        {
            return null;
        }

        var version = string.Create(CultureInfo.InvariantCulture, $"version {root.DefinitionVersion}");
        return (await access.FindAuditAsync(root.DefinitionId, [WorkflowAudit.Publish, WorkflowAudit.Import], [.. WorkflowAudit.InForce.Select(w => version + w)], cancellationToken))?.Who;
    }
}
