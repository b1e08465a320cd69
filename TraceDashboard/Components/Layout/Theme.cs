using MudBlazor;

namespace TraceDashboard.Components.Layout;

/// <summary>
/// MudBlazor's share of the design: type and shape. Its colours are mapped in <c>wwwroot/css/tokens.css</c>, where every
/// value is, so that light and dark switch in the browser.
/// </summary>
public static class Theme
{
    private static readonly string[] Font = ["var(--font)"];

    public static MudTheme Mud { get; } = new()
    {
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "var(--radius)", AppbarHeight = "var(--bar)", DrawerWidthLeft = "var(--nav)" },
        Typography = new Typography
        {
            Default = new DefaultTypography { FontFamily = Font, FontSize = "var(--fs-2)", LineHeight = "1.45", LetterSpacing = "0" },
            Body1 = new Body1Typography { FontFamily = Font, FontSize = "var(--fs-2)", LineHeight = "1.45", LetterSpacing = "0" },
            Body2 = new Body2Typography { FontFamily = Font, FontSize = "var(--fs-1)", LineHeight = "1.45", LetterSpacing = "0" },
            Subtitle1 = new Subtitle1Typography { FontFamily = Font, FontSize = "var(--fs-2)", LetterSpacing = "0" },
            Subtitle2 = new Subtitle2Typography { FontFamily = Font, FontSize = "var(--fs-1)", LetterSpacing = "0" },
            H6 = new H6Typography { FontFamily = Font, FontSize = "var(--fs-3)", FontWeight = "600", LetterSpacing = "0" },
            Button = new ButtonTypography { FontFamily = Font, FontSize = "var(--fs-1)", FontWeight = "500", LetterSpacing = "0", TextTransform = "none" },
            Caption = new CaptionTypography { FontFamily = Font, FontSize = "var(--fs-0)", LetterSpacing = "0" },
            Overline = new OverlineTypography { FontFamily = Font, FontSize = "var(--fs-0)", LetterSpacing = "0", TextTransform = "none" },
        },
    };
}
