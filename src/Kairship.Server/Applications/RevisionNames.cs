using System.Text.RegularExpressions;

namespace Kairship.Server.Applications;

/// <summary>What a revision may be called: it ends up in URLs and in labels.</summary>
internal static partial class RevisionNames
{
    public const string Rule = "must be 1 to 63 letters, digits, dots, dashes and underscores, starting and ending with a letter or digit, such as 'v2' or '1.4.0-rc1'";

    public static bool IsName(string name) => Name().IsMatch(name);

    [GeneratedRegex("^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();
}
