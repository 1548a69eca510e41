using System.Diagnostics.CodeAnalysis;

namespace Kairship.Delivery.Overrides;

/// <summary>"registry.example:5000/team/app:1.2@sha256:…" in its parts, by the rules of container registries: the first part is a registry when it has a dot
/// or a port, or is "localhost".</summary>
public sealed record ImageReference(string? Registry, string Repository, string? Tag, string? Digest)
{
    /// <summary>The last part of the repository: "app" of "team/app".</summary>
    public string ShortName => Repository[(Repository.LastIndexOf('/') + 1)..];

    /// <summary>Registry and repository, without tag and digest.</summary>
    public string FullRepository => Registry is null ? Repository : $"{Registry}/{Repository}";

    public override string ToString() => $"{FullRepository}{(Tag is null ? "" : $":{Tag}")}{(Digest is null ? "" : $"@{Digest}")}";

    /// <exception cref="FormatException">Not an image reference; the message says what one looks like.</exception>
    public static ImageReference Parse(string text) => TryParse(text, out var image)
        ? image
        : throw new FormatException($"'{text}' is not an image reference: [registry/]repository[:tag][@sha256:digest], the repository in lower case.");

    public static bool TryParse(string? text, [NotNullWhen(true)] out ImageReference? image)
    {
        image = null;
        if (string.IsNullOrEmpty(text) || text.Length > 512)
        {
            return false;
        }

        var rest = text;
        string? digest = null, tag = null, registry = null;
        if (rest.IndexOf('@', StringComparison.Ordinal) is >= 0 and var at)
        {
            (rest, digest) = (rest[..at], rest[(at + 1)..]);
        }

        if (rest.LastIndexOf(':') is >= 0 and var colon && colon > rest.LastIndexOf('/'))
        {
            (rest, tag) = (rest[..colon], rest[(colon + 1)..]);
        }

        if (rest.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash && (rest[..slash] == "localhost" || rest[..slash].AsSpan().ContainsAny('.', ':')))
        {
            (registry, rest) = (rest[..slash], rest[(slash + 1)..]);
        }

        if (!IsRepository(rest) || (tag is not null && !IsTag(tag)) || (digest is not null && !IsDigest(digest)) || (registry is not null && !IsRegistry(registry)))
        {
            return false;
        }

        image = new ImageReference(registry, rest, tag, digest);
        return true;
    }

    public static bool IsTag(string text) =>
        text.Length is > 0 and <= 128 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-') && text[0] is not ('.' or '-');

    public static bool IsDigest(string text) =>
        text.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon
        && text[..colon].All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '.' or '_' or '-')
        && text[(colon + 1)..] is { Length: >= 32 } hex && hex.All(char.IsAsciiHexDigitLower);

    public static bool IsRegistry(string text) =>
        text.Split(':') is [{ Length: > 0 }] or [{ Length: > 0 }, { Length: > 0 and <= 5 }]
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or ':');

    public static bool IsRepository(string text) =>
        text.Split('/').All(part => part.Length > 0
            && char.IsAsciiLetterOrDigit(part[0]) && char.IsAsciiLetterOrDigit(part[^1])
            && part.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '_' or '-'));
}
