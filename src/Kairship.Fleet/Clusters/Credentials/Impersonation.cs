using System.Net.Http.Headers;

namespace Kairship.Fleet.Clusters.Credentials;

/// <summary>Whom the credentials' owner acts as (as, as-uid, as-groups). One group at most: the HTTP client joins the values of a header, and a group's name may hold a comma.</summary>
internal sealed record Impersonation(string User, string? Uid, string? Group)
{
    public void AddTo(HttpRequestHeaders headers)
    {
        headers.TryAddWithoutValidation("Impersonate-User", User);
        if (Uid is not null)
        {
            headers.TryAddWithoutValidation("Impersonate-Uid", Uid);
        }

        if (Group is not null)
        {
            headers.TryAddWithoutValidation("Impersonate-Group", Group);
        }
    }
}
