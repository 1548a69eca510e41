namespace Kairship.Api;

/// <summary>A page of a longer list; <see cref="Total"/> counts all that match.</summary>
public sealed record PageOf<T>(IReadOnlyList<T> Items, long Total);
