using System.Linq.Expressions;
using Kairship.Storage.Database;
using Kairship.Workflows.Storage;

namespace Kairship.Storage.Workflows;

/// <summary>A version as a row, and back.</summary>
internal static class DefinitionRows
{
    public static readonly Expression<Func<DefinitionRow, DefinitionRow>> WithoutJson = row => new DefinitionRow
    {
        VersionId = row.VersionId,
        DefinitionId = row.DefinitionId,
        Version = row.Version,
        Name = row.Name,
        Description = row.Description,
        IsLatest = row.IsLatest,
        IsPublished = row.IsPublished,
        IsFrozen = row.IsFrozen,
        IsReadonly = row.IsReadonly,
        IsSystem = row.IsSystem,
        NameKey = "",
        SearchText = "",
        ContentHash = row.ContentHash,
        Json = "",
        CreatedAt = row.CreatedAt,
    };

    public static DefinitionRow ToRow(DefinitionRecord definition)
    {
        var clean = definition with { Name = StoredText.Clean(definition.Name), Description = StoredText.Clean(definition.Description) };
        return new DefinitionRow
        {
            VersionId = clean.VersionId,
            DefinitionId = clean.DefinitionId,
            Version = clean.Version,
            Name = clean.Name,
            Description = clean.Description,
            IsLatest = clean.IsLatest,
            IsPublished = clean.IsPublished,
            IsFrozen = clean.IsFrozen,
            IsReadonly = clean.IsReadonly,
            IsSystem = clean.IsSystem,
            NameKey = ListText.Fold(clean.Name),
            SearchText = ListText.Of(clean),
            ContentHash = clean.ContentHash,
            Json = StoredText.Clean(clean.Json),
            CreatedAt = clean.CreatedAt.UtcTicks,
        };
    }

    public static DefinitionRecord? ToRecord(DefinitionRow? row) => row is null ? null : new(
        row.VersionId, row.DefinitionId, row.Version, row.Name, row.Description, row.IsLatest, row.IsPublished, row.ContentHash, row.Json,
        Ticks.ToTime(row.CreatedAt))
    {
        IsFrozen = row.IsFrozen,
        IsReadonly = row.IsReadonly,
        IsSystem = row.IsSystem,
    };
}
