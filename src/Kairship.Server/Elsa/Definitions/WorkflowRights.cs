using System.Security.Claims;
using Kairship.Server.Access;

namespace Kairship.Server.Elsa.Definitions;

/// <summary>What somebody may do with workflows, each including the one before.</summary>
internal enum WorkflowRights
{
    View,

    /// <summary>Drafts: <see cref="Policies.Design"/>.</summary>
    Edit,

    /// <summary>What runs: <see cref="Policies.Publish"/>.</summary>
    Publish,
}

internal static class WorkflowRightsOf
{
    public static WorkflowRights Roles(IEnumerable<string> roles) => roles.Select(One).DefaultIfEmpty(WorkflowRights.View).Max();

    public static WorkflowRights Caller(ClaimsPrincipal user) => Roles(Access.Caller.RolesOf(user));

    private static WorkflowRights One(string role) => role switch
    {
        Access.Roles.Admin or Access.Roles.Publisher => WorkflowRights.Publish,
        Access.Roles.Designer => WorkflowRights.Edit,
        _ => WorkflowRights.View,
    };
}
