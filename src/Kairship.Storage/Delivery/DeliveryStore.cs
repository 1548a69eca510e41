using Kairship.Delivery.Applications;
using Kairship.Delivery.Releases;
using Kairship.Storage.Database;
using Microsoft.EntityFrameworkCore;

namespace Kairship.Storage.Delivery;

/// <summary>The delivery store over EF Core. What concerns one application goes through one door at a time (<see cref="KairshipDatabase.LockAsync"/>),
/// so that numbers have no gaps and one holder wins.</summary>
internal sealed partial class DeliveryStore(KairshipDatabase database) : IDeliveryStore
{
    private readonly DeliveryMemory memory = new();

    public Task SaveApplicationAsync(Application application, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var (spec, ticks) = (StoredJson.Write(application), at.UtcTicks);
        return database.WriteAsync(
            context => context.Database.ExecuteSqlAsync(
                $"""
                 INSERT INTO applications (name, spec, created_at, updated_at) VALUES ({application.Name}, {spec}, {ticks}, {ticks})
                 ON CONFLICT (name) DO UPDATE SET spec = excluded.spec, updated_at = excluded.updated_at
                 """,
                cancellationToken),
            cancellationToken);
    }

    public Task<Application?> GetApplicationAsync(string name, CancellationToken cancellationToken) => database.ReadAsync(async context =>
        await context.Set<ApplicationRow>().Where(x => x.Name == name).Select(x => x.Spec).SingleOrDefaultAsync(cancellationToken) is { } spec
            ? StoredJson.Read<Application>(spec)
            : null);

    public Task<IReadOnlyList<Application>> ListApplicationsAsync(CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<Application>>(async context =>
        {
            var specs = await context.Set<ApplicationRow>().Select(x => x.Spec).ToListAsync(cancellationToken);
            return [.. specs.Select(StoredJson.Read<Application>).OrderBy(x => x.Name, StringComparer.Ordinal)];
        });

    public Task<Revision> AddRevisionAsync(
        string application, string? name, string manifests, string digest, string createdBy, DateTimeOffset at, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async context =>
            {
                await LockApplicationAsync(context, application, cancellationToken);
                var revisions = context.Set<RevisionRow>();
                if (name is not null
                    && await revisions.AsNoTracking().SingleOrDefaultAsync(x => x.Application == application && x.Name == name, cancellationToken) is { } same)
                {
                    return same.Digest == digest ? ToRevision(same) : throw new DeliveryConflictException(
                        $"Revision '{name}' of application '{application}' exists with other manifests (digest {same.Digest}, not {digest}); " +
                        "a revision never changes: give the new manifests another name.");
                }

                var number = 1 + (await revisions.Where(x => x.Application == application).MaxAsync(x => (int?)x.Number, cancellationToken) ?? 0);
                var row = new RevisionRow
                {
                    Application = application,
                    Number = number,
                    Name = name ?? await FreeNameAsync(revisions, application, number, cancellationToken),
                    Manifests = StoredText.Clean(manifests),
                    Digest = digest,
                    CreatedBy = StoredText.Clean(createdBy),
                    CreatedAt = at.UtcTicks,
                };
                revisions.Add(row);
                await context.SaveChangesAsync(cancellationToken);
                return ToRevision(row);
            },
            cancellationToken);

    public Task<Revision?> GetRevisionAsync(string application, string name, CancellationToken cancellationToken) => database.ReadAsync(async context =>
        await context.Set<RevisionRow>().AsNoTracking()
            .SingleOrDefaultAsync(x => x.Application == application && x.Name == name, cancellationToken) is { } row ? ToRevision(row) : null);

    public Task<IReadOnlyList<Revision>> ListRevisionsAsync(string application, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<Revision>>(async context =>
        {
            var rows = await context.Set<RevisionRow>().AsNoTracking().Where(x => x.Application == application)
                .OrderByDescending(x => x.Number).Take(limit).ToListAsync(cancellationToken);
            return [.. rows.Select(ToRevision)];
        });

    public Task<string?> GetCurrentRevisionAsync(string application, CancellationToken cancellationToken) => database.ReadAsync(context =>
        context.Set<ApplicationStateRow>().Where(x => x.Application == application).Select(x => x.CurrentRevision).SingleOrDefaultAsync(cancellationToken));

    public Task SetCurrentRevisionAsync(string application, string revision, CancellationToken cancellationToken) => database.WriteAsync(
        context => context.Database.ExecuteSqlAsync(
            $"""
             INSERT INTO application_states (application, current_revision, purpose, epoch, since) VALUES ({application}, {revision}, 0, 0, 0)
             ON CONFLICT (application) DO UPDATE SET current_revision = excluded.current_revision
             """,
            cancellationToken),
        cancellationToken);

    private Task LockApplicationAsync(KairshipDbContext context, string application, CancellationToken cancellationToken) =>
        database.LockAsync(context, "application/" + application, cancellationToken);

    /// <summary>Somebody may have called another revision "r7" before the seventh came.</summary>
    private static async Task<string> FreeNameAsync(
        IQueryable<RevisionRow> revisions, string application, int number, CancellationToken cancellationToken)
    {
        var name = $"r{number}";
        for (var suffix = 2; await revisions.AnyAsync(x => x.Application == application && x.Name == name, cancellationToken); suffix++)
        {
            name = $"r{number}-{suffix}";
        }

        return name;
    }

    private static Revision ToRevision(RevisionRow row) => new(
        row.Application, row.Number, row.Name, row.Manifests, row.Digest, row.CreatedBy, Ticks.ToTime(row.CreatedAt));
}
