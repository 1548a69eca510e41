using System.Text;
using Kairship.Workflows.Storage;
using Xunit;

namespace Kairship.Testing.Storage;

/// <summary>
/// What <see cref="IWorkflowStore"/> promises, sentence by sentence. A store passes when a one-line subclass passes. Every test has a store of its own.
/// </summary>
public abstract partial class WorkflowStoreCompliance : IAsyncLifetime
{
    /// <summary>Long enough never to end during a test.</summary>
    private static readonly TimeSpan LongLease = TimeSpan.FromMinutes(10);

    /// <summary>Short enough to wait for its end.</summary>
    private static readonly TimeSpan ShortLease = TimeSpan.FromMilliseconds(50);

    private StoreUnderTest<IWorkflowStore>? opened;

    private StoreUnderTest<IWorkflowStore> Opened => opened ?? throw new InvalidOperationException("The store is not open yet.");

    protected IWorkflowStore Store => Opened.Store;

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private DateTimeOffset Now => Opened.Clock.GetUtcNow();

    protected abstract Task<StoreUnderTest<IWorkflowStore>> OpenAsync();

    public async ValueTask InitializeAsync() => opened = await OpenAsync();

    public async ValueTask DisposeAsync()
    {
        if (opened is not null)
        {
            await opened.CloseAsync();
        }

        GC.SuppressFinalize(this);
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    private NewInstance New(string id, string? dedupeKey = null, string definitionId = "deploy", string? correlationId = null) =>
        new(id, definitionId, definitionId + ":1", 1, "Instance " + id, correlationId, null, Bytes("new"), dedupeKey, Now);

    private async Task<ClaimedInstance> CreateAndClaimAsync(string id, string owner = "a", string? correlationId = null)
    {
        await Store.CreateInstanceAsync(New(id, correlationId: correlationId), Cancel);
        return await MustClaimAsync(id, owner);
    }

    private async Task<ClaimedInstance> MustClaimAsync(string id, string owner = "a") =>
        await Store.ClaimAsync(id, owner, LongLease, Cancel) ?? throw new InvalidOperationException($"'{id}' could not be claimed.");

    private InstanceCommit Commit(ClaimedInstance claim, string state = "next") => new()
    {
        InstanceId = claim.Instance.Id,
        Epoch = claim.Epoch,
        State = Bytes(state),
        Status = InstanceStatus.Suspended,
        At = Now,
        Name = claim.Instance.Name,
        CorrelationId = claim.Instance.CorrelationId,
        SeenInbox = [.. claim.Inbox.Select(x => x.Id)],
    };

    private InstanceCommit Release(ClaimedInstance claim, string state = "next") => Commit(claim, state) with { Release = true };

    private InstanceCommit Finish(ClaimedInstance claim, InstanceStatus status = InstanceStatus.Finished) =>
        Release(claim, "end") with { Status = status };

    private async Task<CommitOutcome> CommitAsync(InstanceCommit commit) => (await Store.CommitAsync([commit], Cancel))[0];

    private async Task<InstanceRecord> GetAsync(string id) =>
        await Store.GetInstanceAsync(id, Cancel) ?? throw new InvalidOperationException($"There is no '{id}'.");

    private static BookmarkRecord Bookmark(string instanceId, string id, string hash) => new(id, instanceId, "wait", "event", hash, null);

    private JournalRecord Line(string instanceId, long sequence, string message = "done") =>
        new(instanceId, sequence, Now, "activity", "node", "Elsa.WriteLine", $"{instanceId}/node/1", "Completed", message, "{\"n\":1}");
}
