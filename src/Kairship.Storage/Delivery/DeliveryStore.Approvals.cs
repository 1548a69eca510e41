using Kairship.Delivery.Approvals;
using Kairship.Storage.Database;
using Microsoft.EntityFrameworkCore;

namespace Kairship.Storage.Delivery;

/// <content>Approvals.</content>
internal sealed partial class DeliveryStore
{
    public Task<Approval> EnsureApprovalAsync(Approval approval, CancellationToken cancellationToken)
    {
        var (body, status, at) = (StoredJson.Write(approval), (int)approval.Status, approval.RequestedAt.UtcTicks);
        return database.WriteAsync(
            async context =>
            {
                await context.Database.ExecuteSqlAsync(
                    $"""
                     INSERT INTO approvals (id, status, requested_at, body) VALUES ({approval.Id}, {status}, {at}, {body}) ON CONFLICT DO NOTHING
                     """,
                    cancellationToken);
                return StoredJson.Read<Approval>(
                    await context.Set<ApprovalRow>().Where(x => x.Id == approval.Id).Select(x => x.Body).SingleAsync(cancellationToken));
            },
            cancellationToken);
    }

    public Task<Approval?> GetApprovalAsync(string id, CancellationToken cancellationToken) => database.ReadAsync(async context =>
        await context.Set<ApprovalRow>().Where(x => x.Id == id).Select(x => x.Body).SingleOrDefaultAsync(cancellationToken) is { } body
            ? StoredJson.Read<Approval>(body)
            : null);

    public Task<IReadOnlyList<Approval>> ListApprovalsAsync(bool pendingOnly, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<Approval>>(async context =>
        {
            var rows = context.Set<ApprovalRow>().Where(x => !pendingOnly || x.Status == (int)ApprovalStatus.Pending);
            var bodies = await rows.OrderByDescending(x => x.RequestedAt).ThenBy(x => x.Id).Take(limit).Select(x => x.Body).ToListAsync(cancellationToken);
            return [.. bodies.Select(StoredJson.Read<Approval>)];
        });

    /// <summary>Serialising the same approval gives the same text, so the text that is stored says whether it is still the same.</summary>
    public Task<bool> UpdateApprovalAsync(Approval before, Approval after, CancellationToken cancellationToken)
    {
        if (before.Id != after.Id)
        {
            throw new ArgumentException($"Approval '{before.Id}' cannot become '{after.Id}': an id never changes.", nameof(after));
        }

        var (was, becomes) = (StoredJson.Write(before), StoredJson.Write(after));
        return database.WriteAsync(
            async context => await context.Set<ApprovalRow>().Where(x => x.Id == before.Id && x.Body == was).ExecuteUpdateAsync(
                set => set.SetProperty(x => x.Body, becomes).SetProperty(x => x.Status, (int)after.Status)
                    .SetProperty(x => x.RequestedAt, after.RequestedAt.UtcTicks),
                cancellationToken) == 1,
            cancellationToken);
    }
}
