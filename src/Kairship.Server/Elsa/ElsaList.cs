namespace Kairship.Server.Elsa;

/// <summary>How most of Elsa's lists are answered.</summary>
internal sealed record ElsaList<T>(IReadOnlyList<T> Items, long Count);

/// <summary>How Elsa's pages are answered: <see cref="TotalCount"/> counts all that match.</summary>
internal sealed record ElsaPage<T>(IReadOnlyList<T> Items, long TotalCount);
