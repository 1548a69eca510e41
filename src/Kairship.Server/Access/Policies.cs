using Microsoft.AspNetCore.Authorization;

namespace Kairship.Server.Access;

/// <summary>What an endpoint asks for. Each allows as little as its endpoints need.</summary>
internal static class Policies
{
    /// <summary>Any key.</summary>
    public const string Read = "read";

    /// <summary>Changes applications and releases.</summary>
    public const string Deploy = "deploy";

    /// <summary>May answer approvals at all; which ones is decided by the approval's own roles. A key that only looks or draws may not.</summary>
    public const string Decide = "decide";

    /// <summary>Edits drafts of workflows.</summary>
    public const string Design = "design";

    /// <summary>Decides which workflows run: publishes, retracts, deletes, starts. To run a draft is to publish it for a moment.</summary>
    public const string Publish = "publish";

    /// <summary>Clusters, workflows, webhooks, keys, audit.</summary>
    public const string Administer = "administer";

    public static void Add(AuthorizationOptions options)
    {
        options.AddPolicy(Read, p => p.RequireAuthenticatedUser());
        options.AddPolicy(Deploy, p => p.RequireAuthenticatedUser().RequireRole(Roles.Deployer, Roles.Admin));
        options.AddPolicy(Decide, p => p.RequireAuthenticatedUser().RequireAssertion(c => Caller.RolesOf(c.User).Any(r => r is not (Roles.Viewer or Roles.Designer or Roles.Publisher))));
        options.AddPolicy(Design, p => p.RequireAuthenticatedUser().RequireRole(Roles.Designer, Roles.Publisher, Roles.Admin));
        options.AddPolicy(Publish, p => p.RequireAuthenticatedUser().RequireRole(Roles.Publisher, Roles.Admin));
        options.AddPolicy(Administer, p => p.RequireAuthenticatedUser().RequireRole(Roles.Admin));
        options.FallbackPolicy = options.GetPolicy(Read);
    }

    /// <summary>Who would have been let in: for the 403.</summary>
    public static string Explain(string? policy) => policy switch
    {
        Deploy => $"This needs a key with the role {Roles.Deployer} or {Roles.Admin}.",
        Decide => "This needs a key with a role that approvals ask for, such as release-manager.",
        Design => $"This needs a key with the role {Roles.Designer}, {Roles.Publisher} or {Roles.Admin}.",
        Publish => $"This needs a key with the role {Roles.Publisher} or {Roles.Admin}.",
        Administer => $"This needs a key with the role {Roles.Admin}.",
        _ => "This key may not do that.",
    };
}
