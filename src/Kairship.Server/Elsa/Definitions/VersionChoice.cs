using System.Globalization;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Elsa.Definitions;

/// <summary>Which versions, as Elsa's clients write it.</summary>
internal enum VersionSet
{
    Latest,
    Published,
    LatestOrPublished,
    LatestAndPublished,
    Draft,
    AllVersions,

    /// <summary>The one with <see cref="VersionChoice.Number"/>.</summary>
    Specific,
}

internal readonly record struct VersionChoice(VersionSet Set, int Number = 0)
{
    /// <summary>Reads "Latest", "Published", "3" ... in any case; empty is the default.</summary>
    /// <exception cref="BadHttpRequestException">It is none of them.</exception>
    public static VersionChoice Read(string? text, VersionSet otherwise)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return new VersionChoice(otherwise);
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return new VersionChoice(VersionSet.Specific, number);
        }

        // Enum.Parse would take lists of names and numbers, too.
        return Enum.GetValues<VersionSet>().Where(s => s != VersionSet.Specific && s.ToString().Equals(text, StringComparison.OrdinalIgnoreCase)).ToArray() is [var set]
            ? new VersionChoice(set)
            : throw new BadHttpRequestException(
                "?versionOptions= is Latest, Published, LatestOrPublished, LatestAndPublished, Draft, AllVersions or a version's number.");
    }

    public bool Includes(DefinitionRecord version) => Set switch
    {
        VersionSet.Latest => version.IsLatest,
        VersionSet.Published => version.IsPublished,
        VersionSet.LatestOrPublished => version.IsLatest || version.IsPublished,
        VersionSet.LatestAndPublished => version.IsLatest && version.IsPublished,
        VersionSet.Draft => version.IsLatest && !version.IsPublished,
        VersionSet.Specific => version.Version == Number,
        _ => true,
    };

    /// <summary>The one version of a definition that is meant: of several the latest. Null when there is none.</summary>
    public async Task<DefinitionRecord?> FindAsync(IWorkflowStore store, string definitionId, CancellationToken cancellationToken)
    {
        var option = Set switch
        {
            VersionSet.Published => VersionOption.PublishedOnly,
            VersionSet.Specific => VersionOption.Exactly(Number),
            _ => VersionOption.LatestOnly,
        };
        return await store.FindDefinitionAsync(definitionId, option, cancellationToken) is { } found && Includes(found) ? found : null;
    }
}
