using System.Net;

namespace Kairship.Server.Tests.Problems;

/// <summary>One wrong request: what is sent, what is answered, and a word that the answer must have so that its reader knows what to do.</summary>
public sealed record BadInputCase(
    string Name, HttpMethod Method, string Path, HttpStatusCode Expected, string MustSay, Func<BadInputWorld, HttpContent?>? Content = null,
    string? Key = "admin", IReadOnlyDictionary<string, string>? Headers = null)
{
    public override string ToString() => Name;
}
