namespace Kairship.Delivery.Applications;

/// <summary>Addresses that applications may name.</summary>
internal static class WebAddress
{
    public const string Rule = "an absolute http or https URL of at most 500 characters without a user's name or password, such as https://fence.example.org/cluster";

    public static bool IsHttp(string text) => text.Length <= 500 && Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme is "http" or "https") && url.UserInfo.Length == 0 && url.Host.Length > 0;
}
