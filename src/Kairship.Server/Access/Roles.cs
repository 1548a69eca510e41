using System.Text.RegularExpressions;

namespace Kairship.Server.Access;

/// <summary>The roles that the server itself asks for; any other name is one that approvals may ask for ("release-manager").</summary>
internal static partial class Roles
{
    public const string Admin = "admin";
    public const string Deployer = "deployer";
    public const string Viewer = "viewer";

    /// <summary>Edits drafts of workflows; what runs stays as it is.</summary>
    public const string Designer = "designer";

    /// <summary>Publishes, runs, retracts and deletes workflows, and edits drafts.</summary>
    public const string Publisher = "publisher";

    public static bool IsName(string role) => Name().IsMatch(role);

    [GeneratedRegex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();
}
