using Kairship.Delivery.Releases;
using Kairship.Server.Access;
using Kairship.Server.Problems;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Elsa.Instances;

/// <summary>
/// What ties workflows to releases. A release takes its application's lease, makes a revision and then starts its instance: who starts the workflow alone has none of that, and who gave it the id of
/// a release that is under way would carry that out twice.
/// </summary>
internal sealed class ReleaseBond(IDeliveryStore delivery)
{
    private const string Input = "Release";

    /// <summary>Null when the workflow may be run by itself.</summary>
    public static Refusal? RunBy(WorkflowGraph graph) => graph.Nodes.FirstOrDefault(ActsOnRelease) is not { } first ? null : Refusal.Unprocessable(
        $"Workflow '{graph.DefinitionId}' carries out releases: '{first.Id}' ({first.TypeName}) acts on one that holds its application. Start a release, which runs the workflow: " +
        $"kairship release APPLICATION --workflow {graph.DefinitionId} (POST /api/v1/applications/APPLICATION/releases). Its run shows among the instances.");

    public static bool ActsOnRelease(ActivityNode node) => node.Descriptor.Namespace == "Kairship" && node.Descriptor.Inputs.Any(i => i is { Name: Input, IsRequired: true });

    /// <summary>Null when this caller may cancel the instance.</summary>
    public async Task<Refusal?> CancelAsync(InstanceRecord instance, IReadOnlyList<string> roles, CancellationToken cancellationToken) =>
        await UnderWayAsync(instance, cancellationToken) is { } release && !roles.Any(r => r is Roles.Deployer or Roles.Admin)
            ? Refusal.Forbidden(
                $"Instance {instance.Id} carries out release {release.Id}, and cancelling it leaves the clusters as they are: that needs a key with the role {Roles.Deployer} or {Roles.Admin}. " +
                $"'kairship abort {release.Id}' takes the canary away.")
            : null;

    /// <summary>Null when the instance may be deleted.</summary>
    public async Task<Refusal?> DeleteAsync(InstanceRecord instance, CancellationToken cancellationToken) =>
        await UnderWayAsync(instance, cancellationToken) is { } release
            ? Refusal.Conflict($"Instance {instance.Id} carries out release {release.Id}, which is not over ({release.Status}): it is read to tell how the release ends.")
            : null;

    private async Task<Release?> UnderWayAsync(InstanceRecord instance, CancellationToken cancellationToken) =>
        instance.CorrelationId is { } id && await delivery.GetReleaseAsync(id, cancellationToken) is { IsOver: false } release && (release.InstanceId is null || release.InstanceId == instance.Id)
            ? release
            : null;
}
