using System.Text.Json;
using Kairship.Storage.Database;
using Kairship.Workflows.Storage;
using Microsoft.EntityFrameworkCore;

namespace Kairship.Storage.Access;

/// <summary>Keys, webhooks and the audit, persisted. Every call is one transaction and durable when it returns.</summary>
public sealed class AccessStore
{
    private readonly KairshipDatabase database;

    internal AccessStore(KairshipDatabase database) => this.database = database;

    /// <summary>False when a key of that name is there that is not revoked.</summary>
    public Task<bool> AddKeyAsync(ApiKey key, CancellationToken cancellationToken) => database.WriteAsync(
        async context =>
        {
            await database.LockAsync(context, "key/" + key.Name, cancellationToken);
            if (await context.Set<KeyRow>().AnyAsync(x => x.Name == key.Name && x.RevokedAt == null, cancellationToken))
            {
                return false;
            }

            context.Add(new KeyRow
            {
                Id = key.Id,
                Name = key.Name,
                Roles = JsonSerializer.Serialize(key.Roles),
                SecretHash = key.SecretHash,
                CreatedBy = key.CreatedBy,
                CreatedAt = key.CreatedAt.UtcTicks,
                RevokedAt = Ticks.Of(key.RevokedAt),
            });
            await context.SaveChangesAsync(cancellationToken);
            return true;
        },
        cancellationToken);

    public Task<ApiKey?> GetKeyAsync(string id, CancellationToken cancellationToken) => database.ReadAsync(async context =>
        await context.Set<KeyRow>().AsNoTracking().SingleOrDefaultAsync(x => x.Id == id, cancellationToken) is { } row ? ToKey(row) : null);

    /// <summary>Oldest first, revoked ones too.</summary>
    public Task<IReadOnlyList<ApiKey>> ListKeysAsync(CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<ApiKey>>(async context =>
        [.. (await context.Set<KeyRow>().AsNoTracking().OrderBy(x => x.CreatedAt).ThenBy(x => x.Id).ToListAsync(cancellationToken)).Select(ToKey)]);

    /// <summary>False when there is no such key, or it is revoked already.</summary>
    public Task<bool> RevokeKeyAsync(string id, DateTimeOffset at, CancellationToken cancellationToken) => database.WriteAsync(
        async context => await context.Set<KeyRow>().Where(x => x.Id == id && x.RevokedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(x => x.RevokedAt, at.UtcTicks), cancellationToken) > 0,
        cancellationToken);

    /// <summary>False when there is one of that name.</summary>
    public Task<bool> AddWebhookAsync(Webhook webhook, CancellationToken cancellationToken) => database.WriteAsync(
        async context =>
        {
            await database.LockAsync(context, "webhook/" + webhook.Name, cancellationToken);
            if (await context.Set<WebhookRow>().AnyAsync(x => x.Name == webhook.Name, cancellationToken))
            {
                return false;
            }

            context.Add(new WebhookRow
            {
                Name = webhook.Name,
                Application = webhook.Application,
                Workflow = webhook.Workflow,
                Condition = StoredText.Clean(webhook.When),
                ValuesJson = StoredText.Clean(webhook.Values),
                ProtectedSecret = webhook.ProtectedSecret,
                CreatedBy = webhook.CreatedBy,
                CreatedAt = webhook.CreatedAt.UtcTicks,
            });
            await context.SaveChangesAsync(cancellationToken);
            return true;
        },
        cancellationToken);

    public Task<Webhook?> GetWebhookAsync(string name, CancellationToken cancellationToken)
    {
        var wanted = StoredText.Clean(name);
        return database.ReadAsync(async context =>
            await context.Set<WebhookRow>().AsNoTracking().SingleOrDefaultAsync(x => x.Name == wanted, cancellationToken) is { } row ? ToWebhook(row) : null);
    }

    /// <summary>By name.</summary>
    public Task<IReadOnlyList<Webhook>> ListWebhooksAsync(CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<Webhook>>(async context =>
        [.. (await context.Set<WebhookRow>().AsNoTracking().OrderBy(x => x.Name).ToListAsync(cancellationToken)).Select(ToWebhook)]);

    public Task<bool> RemoveWebhookAsync(string name, CancellationToken cancellationToken)
    {
        var wanted = StoredText.Clean(name);
        return database.WriteAsync(
            async context => await context.Set<WebhookRow>().Where(x => x.Name == wanted).ExecuteDeleteAsync(cancellationToken) > 0, cancellationToken);
    }

    /// <summary>The entry's own sequence is ignored: the store gives the next.</summary>
    public Task AppendAuditAsync(AuditEntry entry, CancellationToken cancellationToken) => database.WriteAsync(
        async context =>
        {
            context.Add(new AuditRow
            {
                At = entry.At.UtcTicks,
                Who = StoredText.Clean(entry.Who),
                Action = entry.Action,
                Subject = StoredText.Clean(entry.Subject),
                Status = entry.Status,
                Detail = StoredText.Clean(entry.Detail),
            });
            return await context.SaveChangesAsync(cancellationToken);
        },
        cancellationToken);

    /// <summary>Newest first.</summary>
    public Task<Page<AuditEntry>> ListAuditAsync(PageRequest page, CancellationToken cancellationToken) => database.ReadAsync(context =>
        context.Set<AuditRow>().AsNoTracking().OrderByDescending(x => x.Sequence).PageAsync(
            page, x => new AuditEntry(x.Sequence, Ticks.ToTime(x.At), x.Who, x.Action, x.Subject, x.Status, x.Detail), cancellationToken));

    /// <summary>The newest line about the subject with one of the actions that went well, and with a detail that begins with one of the texts; null when there is none.</summary>
    public Task<AuditEntry?> FindAuditAsync(string subject, IReadOnlyList<string> actions, IReadOnlyList<string> beginnings, CancellationToken cancellationToken)
    {
        const int Successes = 300;
        var wanted = StoredText.Clean(subject);
        return database.ReadAsync<AuditEntry?>(async context =>
        {
            var lines = context.Set<AuditRow>().AsNoTracking()
                .Where(x => x.Subject == wanted && x.Status < Successes && x.Detail != null && actions.Contains(x.Action)).OrderByDescending(x => x.Sequence).AsAsyncEnumerable();
            await foreach (var x in lines.WithCancellation(cancellationToken))
            {
                if (beginnings.Any(b => x.Detail!.StartsWith(b, StringComparison.Ordinal)))
                {
                    return new AuditEntry(x.Sequence, Ticks.ToTime(x.At), x.Who, x.Action, x.Subject, x.Status, x.Detail);
                }
            }

            return null;
        });
    }

    private static ApiKey ToKey(KeyRow row) => new(
        row.Id, row.Name, JsonSerializer.Deserialize<List<string>>(row.Roles) ?? [], row.SecretHash, row.CreatedBy, Ticks.ToTime(row.CreatedAt),
        Ticks.ToTime(row.RevokedAt));

    private static Webhook ToWebhook(WebhookRow row) => new(
        row.Name, row.Application, row.Workflow, row.Condition, row.ValuesJson, row.ProtectedSecret, row.CreatedBy, Ticks.ToTime(row.CreatedAt));
}
