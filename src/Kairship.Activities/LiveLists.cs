namespace Kairship.Activities;

/// <summary>What pickers choose from, by the names that the activities' inputs say (<c>InputDescriptor.LiveOptions</c>).</summary>
public static class LiveLists
{
    public const string Clusters = "clusters";
    public const string Applications = "applications";
    public const string Workflows = "workflows";
    public const string Releases = "releases";
    public const string Roles = "roles";
}
