using Kairship.Api;
using Kairship.Api.Workflows;
using Kairship.Server.Problems;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Workflows;

/// <summary>Instances: listing, showing, cancelling.</summary>
internal sealed class InstanceService(IWorkflowStore store, WorkflowRuntime runtime)
{
    private const int JournalShown = 200;

    public async Task<Answer<PageOf<InstanceInfo>>> ListAsync(
        string? definition, string? correlationId, string? status, Paging paging, CancellationToken cancellationToken)
    {
        InstanceStatus? wanted = null;
        if (status is not null)
        {
            if (!Enum.TryParse<InstanceStatus>(status, ignoreCase: true, out var parsed) || !Enum.IsDefined(parsed))
            {
                return Refusal.BadRequest($"?status= is one of {string.Join(", ", Enum.GetNames<InstanceStatus>())}, not '{status}'.");
            }

            wanted = parsed;
        }

        var page = await store.ListInstancesAsync(
            new InstanceFilter(definition, correlationId, Statuses: wanted is { } one ? [one] : null), new PageRequest(paging.Skip, paging.Take), cancellationToken);
        return new PageOf<InstanceInfo>([.. page.Items.Select(WorkflowInfos.Of)], page.Total);
    }

    public async Task<Answer<InstanceDetail>> GetAsync(string id, CancellationToken cancellationToken) =>
        await store.GetInstanceAsync(id, cancellationToken) is { } record
            ? new InstanceDetail(WorkflowInfos.Of(record), await ReadJournalAsync(id, new PageRequest(0, JournalShown), cancellationToken))
            : Unknown(id);

    public async Task<Answer<PageOf<JournalLine>>> GetJournalAsync(string id, Paging paging, CancellationToken cancellationToken) =>
        await store.GetInstanceAsync(id, cancellationToken) is not null
            ? await ReadJournalAsync(id, new PageRequest(paging.Skip, paging.Take), cancellationToken)
            : Unknown(id);

    public async Task<Answer<InstanceInfo>> CancelAsync(string id, CancellationToken cancellationToken)
    {
        if (await store.GetInstanceAsync(id, cancellationToken) is not { } record)
        {
            return Unknown(id);
        }

        if (record.FinishedAt is not null)
        {
            return Refusal.Conflict($"Instance {id} is over: it is {record.Status}.");
        }

        await runtime.CancelAsync(id, cancellationToken);
        return WorkflowInfos.Of((await store.GetInstanceAsync(id, cancellationToken))!);
    }

    private async Task<PageOf<JournalLine>> ReadJournalAsync(string id, PageRequest request, CancellationToken cancellationToken)
    {
        var page = await store.ReadJournalAsync(id, request, cancellationToken);
        return new PageOf<JournalLine>([.. page.Items.Select(WorkflowInfos.Of)], page.Total);
    }

    private static Refusal Unknown(string id) => Refusal.NotFound($"There is no workflow instance '{id}'.");
}
