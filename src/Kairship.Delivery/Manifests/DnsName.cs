namespace Kairship.Delivery.Manifests;

/// <summary>RFC 1123 names as Kubernetes takes them.</summary>
public static class DnsName
{
    public const string LabelRule = "a DNS label: lower-case letters, digits and '-', at most 63, starting and ending with a letter or digit";

    public static bool IsLabel(string? text) => text is { Length: > 0 and <= 63 } && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-') && text[0] != '-' && text[^1] != '-';

    /// <summary>DNS labels joined by dots, at most 253.</summary>
    public static bool IsSubdomain(string? text) => text is { Length: > 0 and <= 253 } && text.Split('.').All(IsLabel);

    /// <summary>A label's key: an optional DNS subdomain and '/', then a name of letters, digits, '-', '_' and '.'.</summary>
    public static bool IsLabelKey(string? text)
    {
        if (text is null)
        {
            return false;
        }

        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var name = text[(slash + 1)..];
        return (slash < 0 || IsSubdomain(text[..slash])) && name.Length > 0 && IsLabelValue(name);
    }

    /// <summary>A label's value: empty, or at most 63 of letters, digits, '-', '_' and '.', starting and ending with a letter or digit.</summary>
    public static bool IsLabelValue(string? text) =>
        text is { Length: 0 }
        || (text is { Length: <= 63 } && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') && char.IsAsciiLetterOrDigit(text[0]) && char.IsAsciiLetterOrDigit(text[^1]));
}
