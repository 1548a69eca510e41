using Kairship.Delivery.Documents;
using Kairship.Storage.Database;
using Microsoft.EntityFrameworkCore;

namespace Kairship.Storage.Documents;

internal sealed class DocumentStore(KairshipDatabase database) : IDocumentStore
{
    public Task<Document?> FindAsync(string kind, string key, CancellationToken cancellationToken) => database.ReadAsync(async context =>
        await context.Set<DocumentRow>().AsNoTracking().SingleOrDefaultAsync(x => x.Kind == kind && x.Key == key, cancellationToken) is { } row ? Of(row) : null);

    public Task<IReadOnlyList<Document>> ListAsync(string kind, int limit, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<Document>>(async context =>
        [.. (await context.Set<DocumentRow>().AsNoTracking().Where(x => x.Kind == kind).OrderByDescending(x => x.At).ThenBy(x => x.Key).Take(limit).ToListAsync(cancellationToken)).Select(Of)]);

    public Task<bool> PutAsync(string kind, string key, string body, long version, DateTimeOffset at, CancellationToken cancellationToken) => database.WriteAsync(
        async context =>
        {
            var row = await LockedAsync(context, kind, key, cancellationToken);
            if ((row?.Version ?? 0) != version)
            {
                return false;
            }

            if (row is null)
            {
                row = new DocumentRow { Kind = kind, Key = key, Body = "" };
                context.Add(row);
            }

            row.Body = StoredText.Clean(body);
            row.At = at.UtcTicks;
            row.Version = version + 1;
            await context.SaveChangesAsync(cancellationToken);
            return true;
        },
        cancellationToken);

    public Task<bool> DeleteAsync(string kind, string key, long version, CancellationToken cancellationToken) => database.WriteAsync(
        async context =>
        {
            var row = await LockedAsync(context, kind, key, cancellationToken);
            if (row is null || row.Version != version)
            {
                return false;
            }

            context.Remove(row);
            await context.SaveChangesAsync(cancellationToken);
            return true;
        },
        cancellationToken);

    private async Task<DocumentRow?> LockedAsync(KairshipDbContext context, string kind, string key, CancellationToken cancellationToken)
    {
        await database.LockAsync(context, $"document/{kind}/{key}", cancellationToken);
        return await context.Set<DocumentRow>().SingleOrDefaultAsync(x => x.Kind == kind && x.Key == key, cancellationToken);
    }

    private static Document Of(DocumentRow row) => new(row.Kind, row.Key, row.Version, Ticks.ToTime(row.At), row.Body);
}

internal sealed class DocumentRow
{
    public required string Kind { get; set; }
    public required string Key { get; set; }
    public long Version { get; set; }
    public long At { get; set; }

    /// <summary>JSON.</summary>
    public required string Body { get; set; }
}

internal static class DocumentModel
{
    public static void Configure(ModelBuilder model) => model.Entity<DocumentRow>(row =>
    {
        row.ToTable("documents").HasKey(x => new { x.Kind, x.Key });
        row.HasIndex(x => new { x.Kind, x.At });
    });
}
