namespace Kairship.Server.Elsa;

/// <summary>What may be done next, as Elsa's answers say it. Relative to the API's root.</summary>
internal sealed record ElsaLink(string Href, string Rel, string Method);
