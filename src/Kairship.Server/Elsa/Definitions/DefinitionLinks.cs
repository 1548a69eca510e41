namespace Kairship.Server.Elsa.Definitions;

/// <summary>
/// The links of definitions and of their list, by what the caller may do.
/// <para>Studio looks at two of them only: without <c>publish</c> a definition opens read-only, without <c>bulk-publish</c> the whole list is. They say "may edit" there; who may edit but
/// not publish gets them, too, and publishing itself is refused (see <see cref="DefinitionSaving"/>).</para>
/// </summary>
internal static class DefinitionLinks
{
    /// <param name="isReadonly">The definition is shipped with the server: nobody changes it here.</param>
    public static IReadOnlyList<ElsaLink> Of(string definitionId, WorkflowRights rights, bool isReadonly)
    {
        var root = $"/workflow-definitions/{Uri.EscapeDataString(definitionId)}";
        var (edits, publishes) = (rights >= WorkflowRights.Edit && !isReadonly, rights == WorkflowRights.Publish && !isReadonly);
        var runs = rights == WorkflowRights.Publish;
        return Allowed(
            (true, root, "self", "GET"),
            (true, $"/workflow-definitions/by-definition-id/{Uri.EscapeDataString(definitionId)}", "self", "GET"),
            (true, root + "/versions", "versions", "GET"),
            (runs, root + "/bulk-dispatch", "bulk-dispatch", "POST"),
            (runs, root + "/dispatch", "dispatch", "POST"),
            (runs, root + "/execute", "execute", "POST"),
            (true, root + "/export", "export", "POST"),
            (edits, root + "/publish", "publish", "POST"),
            (publishes, root + "/retract", "retract", "POST"),
            (publishes, root, "delete", "DELETE"),
            (publishes, root + "/import", "import", "PUT"),
            (publishes, root + "/update-references", "update-references", "POST"));
    }

    public static IReadOnlyList<ElsaLink> OfList(WorkflowRights rights)
    {
        const string Root = "/workflow-definitions";
        const string Bulk = "/bulk-actions";
        var (edits, publishes) = (rights >= WorkflowRights.Edit, rights == WorkflowRights.Publish);
        return Allowed(
            (true, Root, "self", "GET"),
            (true, Root + "/validation/is-name-unique", "is-name-unique", "GET"),
            (true, Root + "/query/count", "count", "GET"),
            (true, Root + "/many-by-id", "many-by-id", "GET"),
            (publishes, $"{Bulk}/delete{Root}/by-definition-id", "bulk-delete-by-definition-id", "POST"),
            (publishes, $"{Bulk}/delete{Root}/by-id", "bulk-delete-by-id", "POST"),
            (edits, $"{Bulk}/publish{Root}/by-definition-ids", "bulk-publish", "POST"),
            (publishes, $"{Bulk}/retract{Root}/by-definition-ids", "bulk-retract", "POST"),
            (publishes, Root + "/import", "import", "POST"),
            (publishes, Root + "/import-files", "import-files", "POST"),
            (edits, Root, "create", "POST"));
    }

    private static ElsaLink[] Allowed(params ReadOnlySpan<(bool Allowed, string Href, string Rel, string Method)> links)
    {
        var allowed = new List<ElsaLink>(links.Length);
        foreach (var link in links)
        {
            if (link.Allowed)
            {
                allowed.Add(new ElsaLink(link.Href, link.Rel, link.Method));
            }
        }

        return [.. allowed];
    }
}
